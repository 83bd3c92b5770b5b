/*
 * bounce_intake.h - mails that come back over LMTP, booked before they are acknowledged
 */
#ifndef AE_NOTIFICATION_BOUNCE_INTAKE_H
#define AE_NOTIFICATION_BOUNCE_INTAKE_H

#include "services/notification/notifier.h"

/* Listens, if the settings say so. False: *error names the setting. */
bool bounces_open(struct notifier *n, const char **error);
/* The job: books what has come, one mail at a time. */
bool run_bounces(struct daemon *d);
/* No more mail is taken; what is not booked is not acknowledged either, and comes again. */
void bounces_stop(struct notifier *n);

#endif
