/*
 * engagement.h - what became of a notification, told by events that come in any order
 *
 * What is known is a set of kinds, each with the earliest time it was told of. Sets join, so the
 * end is the same in whatever order, and however often, the events arrive.
 */
#ifndef AE_NOTIFICATION_ENGAGEMENT_H
#define AE_NOTIFICATION_ENGAGEMENT_H

#include "common/clock.h"

/*
 * In the order of what they prove: the status is the last kind that was seen. A soft bounce was tried again,
 * so delivery is above it; a hard bounce may come after the relay said "delivered", so it is above that;
 * whoever clicks has the message, whatever a bounce said.
 */
#define ENGAGEMENT_KINDS(X)             \
	X(QUEUED, "queued")             \
	X(SENT, "sent")                 \
	X(DEFERRED, "deferred")         \
	X(BOUNCED_SOFT, "bounced_soft") \
	X(EXPIRED, "expired")           \
	X(SUPPRESSED, "suppressed")     \
	X(REJECTED, "rejected")         \
	X(DELIVERED, "delivered")       \
	X(BOUNCED_HARD, "bounced_hard") \
	X(OPENED, "opened")             \
	X(CLICKED, "clicked")           \
	X(UNSUBSCRIBED, "unsubscribed") \
	X(COMPLAINED, "complained")

#define ENGAGEMENT_ENUM(kind, name) ENGAGEMENT_##kind,
enum engagement_kind {
	ENGAGEMENT_KINDS(ENGAGEMENT_ENUM) ENGAGEMENT_COUNT
};
#undef ENGAGEMENT_ENUM

/* One thing that happened. Absent texts are "". */
struct engagement_event {
	const char *notification_id;   /* ULID; "" if the provider did not say */
	const char *provider_event_id; /* the same for a repetition */
	enum engagement_kind kind;
	instant occurred_at;
	const char *detail;    /* the provider's words: a reason, a URL */
	const char *recipient; /* address or Slack user */
	bool machine;          /* opened or clicked by a proxy or scanner, not by a person */
	bool mailed;           /* it is about a mail, whatever the message was sent over in the end */
	bool given_up;         /* of a soft bounce: nobody tries again */
};

struct engagement {
	unsigned seen;                   /* 1 << kind */
	instant first[ENGAGEMENT_COUNT]; /* when first, where seen */
	bool machine_opened;   /* only proxies and scanners are known to have looked, if not OPENED */
	instant machine_first; /* where machine_opened */
};

const char *engagement_name(enum engagement_kind kind);
bool engagement_kind_of(const char *name, enum engagement_kind *kind);

/* Books an event; true if that told something new. An empty engagement is all zeros. */
bool engagement_add(struct engagement *e, const struct engagement_event *event);

/* The status: the kind that proves most. ENGAGEMENT_QUEUED if nothing was seen. */
enum engagement_kind engagement_status(const struct engagement *e);

/* Whether it reached somebody: delivered, or what follows from having been delivered. */
bool engagement_reached(const struct engagement *e);

/*
 * Whether an open or a click is a machine's: Apple's and Gmail's image proxies, security scanners, or anybody
 * sooner than two seconds after delivery. seconds: NAN if the delivery's time is not known.
 */
bool machine_open(const char *user_agent, double seconds_since_delivery);

#endif
