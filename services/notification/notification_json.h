/*
 * notification_json.h - stored notifications and their logs as replies tell them
 */
#ifndef AE_NOTIFICATION_NOTIFICATION_JSON_H
#define AE_NOTIFICATION_NOTIFICATION_JSON_H

#include "common/db.h"
#include "common/json.h"

/* When the reply was true; its last member. */
void put_as_of(struct json_writer *w);
/* Row i of get_notification or get_member_notifications, without closing its object. */
void notification_open(struct json_writer *w, const struct rows *r, size_t i);
/* The rows from *at on that are of that notification (all if id is NULL), as "log". */
void notification_put_log(struct json_writer *w, const struct rows *log, size_t *at, const char *id);

#endif
