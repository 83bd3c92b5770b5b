/*
 * intent.h - a notification from the wish to tell something to the one state it ends in
 *
 * Rows of analytics.notifications. Every change is conditional on the state it starts from: whoever sends
 * holds a lease and its fence, and an older holder's word counts for nothing.
 */
#ifndef AE_NOTIFICATION_INTENT_H
#define AE_NOTIFICATION_INTENT_H

#include "common/db.h"
#include "common/json.h"
#include "services/notification/channel.h"
#include "services/notification/notification_id.h"

/* An intent by name, perhaps due. */
struct candidate {
	const char *member_id, *notification_id;
};

struct target; /* recipient.h */

enum {
	LIKENESS = 32 /* SHA-256 */
};

enum intent_status {
	INTENT_QUEUED,
	INTENT_HELD,
	INTENT_DIGEST,
	INTENT_SENDING,
	/* final from here */
	INTENT_SENT,
	INTENT_DROPPED,
	INTENT_FAILED,
	INTENT_EXPIRED,
	INTENT_COLLAPSED,
	INTENT_DIGESTED,
	INTENT_STATUS_COUNT
};

struct intent {
	const char *notification_id, *member_id;
	enum intent_status status;
	enum priority priority;
	const char *category, *template;
	int template_version;
	const char *variables;     /* JSON */
	const struct json *values; /* the same, read */
	unsigned channels;         /* bits asked for; 0 = auto */
	const char *campaign_id;   /* that made it; NULL = none */
	const char *cause;         /* JSON {event_id, rule_id, channels}; NULL if nobody's */
	enum channel
		preferred[CHANNEL_COUNT]; /* the cause's channels: to begin with, if the member allows them */
	size_t preferred_count;
	const char *client;                   /* who asked: a token's subject, "route:milestones", "digest" */
	instant created, due, expires;        /* expires: INSTANT_MAX = never */
	const char *collapse_key, *dedup_key; /* NULL = none */
	const char *locale;                   /* NULL = the member's */
	const char *metadata;                 /* JSON, the sender's own; NULL = none */
	const unsigned char *likeness;        /* of 32 bytes; NULL = may be sent as often as asked */
	const char *test;                     /* JSON, of a test: {} or its address; NULL = no test */
	struct target *aim;                   /* a test's address, instead of the member's */
	int attempts;                         /* all channels together */
	int tries;                            /* on this channel */
	unsigned tried;                       /* bits of channels that have failed */
	int channel;                          /* -1 = none yet */
	const char *provider, *address, *provider_ref, *reason;
	int64_t fence;
	bool unknown;      /* the last attempt may have been taken */
	int crashes;       /* leases that ended without a word */
	const char *links; /* JSON array of tracked URLs, NULL if none */
	instant sent;
};

/* A line of notification_logs. Absent: NULL, and -1 or 0 for numbers. */
struct log_line {
	const struct intent *intent;
	const char *what; /* "queued", "decided", "attempt", "accepted", "failed", "delivered" ... */
	int channel;
	const char *provider;
	int attempt;
	const char *code, *detail;
	const char *evidence; /* JSON */
	instant at;
};

const char *intent_status_name(enum intent_status s);

/*
 * Inside the caller's transaction. Makes sure that every member has a row to lock, sets older open
 * intents of the same collapse keys aside, writes the new ones and their first log line. Intents whose
 * dedup_key is known already are left out: their status becomes INTENT_STATUS_COUNT.
 */
bool intents_create(struct db *db, const void *scratch, struct intent **intents, size_t count);

/*
 * Takes due intents of the lanes, at most `most` of each, oldest first, for `lease` microseconds: they are
 * INTENT_SENDING now, and unknown if another lease on them ran out. The second takes those that are named, as
 * far as they are due and nobody's. Sent with db_send; each is read by an intents_take.
 */
void intents_ask(struct db *db, const void *scratch, const size_t most[PRIORITY_COUNT], int64_t lease);
void intents_ask_candidates(struct db *db, const void *scratch, const struct candidate *c, size_t count,
			    int64_t lease);
size_t intents_take(struct db *db, const void *parent, struct intent **out);

/*
 * Writes what became of intents that were claimed, where their fence still holds: status, due, channel,
 * provider, address, counters, reason, links. This and the next two only send: they return how
 * many db_next are owed.
 */
int intents_send(struct db *db, const void *scratch, struct intent *const *intents, size_t count);

int logs_send(struct db *db, const void *scratch, const struct log_line *lines, size_t count);
/* Sent and done. */
void logs_put(struct db *db, const void *scratch, const struct log_line *lines, size_t count);

/* Those that failed, for somebody to look at. */
int dead_letters_send(struct db *db, const void *scratch, struct intent *const *intents, size_t count);

#endif
