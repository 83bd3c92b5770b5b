/*
 * email_settings.h - the settings of the e-mail driver, checked
 */
#ifndef AE_NOTIFICATION_EMAIL_SETTINGS_H
#define AE_NOTIFICATION_EMAIL_SETTINGS_H

#include "services/notification/email.h"

/* A copy of the settings under parent, absent texts as "". */
struct email_settings *email_settings_copy(const void *parent, const struct email_settings *from);
/* NULL, or the setting's name and what is wrong with it, under parent. Takes a copy made as above. */
const char *email_settings_fault(const void *parent, const struct email_settings *s);

#endif
