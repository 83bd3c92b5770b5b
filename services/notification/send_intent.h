/*
 * send_intent.h - what a send asks for, as an intent for one member
 */
#ifndef AE_NOTIFICATION_SEND_INTENT_H
#define AE_NOTIFICATION_SEND_INTENT_H

#include "services/notification/intent.h"
#include "services/notification/send_request.h"

/* The request's variables as JSON text, under parent. */
const char *send_variables(const void *parent, const struct send_request *s);
/* Created now, under parent; template_version is the one that was looked up. */
struct intent *send_intent_new(const void *parent, const struct send_request *s, const char *client,
			       const char *member_id, const char *variables);

#endif
