/*
 * push_payload.h - what the three push services' messages have in common
 */
#ifndef AE_NOTIFICATION_PUSH_PAYLOAD_H
#define AE_NOTIFICATION_PUSH_PAYLOAD_H

#include "services/notification/channel.h"

enum {
	PUSH_COLLAPSE_MAX = 64, /* bytes of an apns-collapse-id */
	PUSH_LIFETIME_MAX = 28 * 86400
};

/* Writes the message's JSON with this text instead of its own; its memory belongs to w. */
typedef void push_writer(struct json_writer *w, const struct message *m, const char *text);

/*
 * The JSON in at most limit bytes, under parent: where it is longer, the text is cut between two characters
 * and ends in an ellipsis. NULL: it is too long without the text too, or there is nothing to say.
 */
const char *push_fit(const void *parent, const struct message *m, size_t limit, push_writer *write,
		     size_t *length);
/* Why push_fit gave NULL. */
const char *push_fit_fault(const struct message *m);

/* Seconds a service should keep trying: up to 28 days, 0 where the message expires now. */
int64_t push_lifetime(const struct message *m);

/* Critical and transactional messages wake a device up. */
bool push_urgent(const struct message *m);
/* "high", "normal" or "low" (RFC 8030, section 5.3). */
const char *push_urgency(const struct message *m);

/* What later messages replace this one: its collapse key if it fits a header, else a digest of it; the
 * notification's id if it has none, so that a repetition replaces itself. */
const char *push_collapse_id(const void *parent, const struct message *m);

/* The object "data" of the template's own fields with its texts; nothing if there are none. */
void push_put_data(struct json_writer *w, const struct message *m);

#endif
