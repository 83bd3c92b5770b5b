/*
 * recipient.h - what the decision has to know about a member, loaded for many at once
 */
#ifndef AE_NOTIFICATION_RECIPIENT_H
#define AE_NOTIFICATION_RECIPIENT_H

#include "common/db.h"
#include "services/notification/decide.h"
#include "services/notification/intent.h"
#include "services/notification/preferences.h"

enum {
	TARGETS_MAX = PREFERENCES_PUSH_MAX + 2,
	ADDRESS_HASH = 32 /* SHA-256 of the address; of e-mail in lower case */
};

struct mark {
	const char *scope; /* a category, "" = all */
	enum suppression reason;
};

/* An address of a member. */
struct target {
	enum channel channel;
	const char *address, *platform; /* of a push token, "webhook" of Slack's, else "" */
	unsigned char hash[ADDRESS_HASH];
	struct mark *marks; /* on the suppression list */
	size_t mark_count;
};

struct sent_before {
	const char *category;
	instant at;
};

struct recipient {
	const char *member_id;
	const struct json *profile, *holds; /* holds: preferences_put, unmasked */
	const struct tz *zone;
	struct target targets[TARGETS_MAX];
	size_t target_count;
	struct sent_before *sent; /* of the last nine days, those that caps count */
	size_t sent_count;
};

struct recipients {
	struct recipient *list; /* by member_id */
	size_t count;
};

/*
 * Those of the members that have a row, each once. lock: their rows are held to the end of the transaction,
 * in order of their ids. What is being sent counts as sent, except the intents given. NULL: the database
 * failed.
 */
struct recipients *recipients_load(struct db *db, const void *parent, struct intent *const *intents,
				   size_t count, bool lock, instant now);
struct recipient *recipient_find(const struct recipients *r, const char *member_id);

/* Somebody nothing is known of, as a send will find them. */
struct recipient *recipient_unknown(const void *parent, const char *member_id);

/* A Web Push subscription is an object; as an address it is its text. NULL if there is no token. */
const char *push_address(const void *parent, const struct json *token);
void address_hash(enum channel c, const char *address, unsigned char hash[ADDRESS_HASH]);
/* Why nothing of this category may go to the target. */
enum suppression target_suppressed(const struct target *t, const char *category);
/* The part of the decision's input that is the member's. */
void recipient_facts(const struct recipient *r, struct decision_input *in);
/* Another message is on its way: later decisions of the same batch count it. */
void recipient_count(struct recipient *r, const char *category, instant now);

#endif
