/*
 * decide.h - whether, when and over which channels a message is sent: one pure function
 *
 * No clock, no database, no chance: the same facts give the same decision and the same reasons. The steps are
 * taken in one fixed order; the first that does not let the message pass ends it, and every step that was
 * taken is told.
 *
 * critical goes over opt-out, preference, unsubscribing, quiet hours, caps and digests; never to a dead
 * address, and never after an erasure. Transactional categories go over opt-out, unsubscribing and caps.
 * A marketing category needs consent at every priority, and counts as engagement at most.
 */
#ifndef AE_NOTIFICATION_DECIDE_H
#define AE_NOTIFICATION_DECIDE_H

#include "services/notification/categories.h"
#include "services/notification/quiet.h"

/* In the order they are taken: name. */
#define DECIDE_STEPS(X)                   \
	X(TEMPLATE, "template")           \
	X(IDEMPOTENCY, "idempotency")     \
	X(SUPPRESSION, "suppression")     \
	X(CONSENT, "consent")             \
	X(OPT_OUT, "opt_out")             \
	X(PREFERENCE, "preference")       \
	X(ADDRESS, "address")             \
	X(HOLDOUT, "holdout")             \
	X(EXPIRY, "expiry")               \
	X(SCHEDULE, "schedule")           \
	X(QUIET_HOURS, "quiet_hours")     \
	X(FREQUENCY_CAP, "frequency_cap") \
	X(COLLAPSE, "collapse")           \
	X(DIGEST, "digest")               \
	X(LANE, "lane")                   \
	X(PROVIDER, "provider")

#define DECIDE_ENUM(step, name) DECIDE_##step,
enum decide_step {
	DECIDE_STEPS(DECIDE_ENUM) DECIDE_STEP_COUNT
};
#undef DECIDE_ENUM

/* Reason, code, sentence. */
#define DECIDE_REASONS(X)                                                                                   \
	X(PASSED, "", "")                                                                                   \
	X(NOT_ASKED, "not_asked", "This priority or category does not ask this question")                   \
	X(NO_TEMPLATE, "no_template", "The template cannot be rendered for any channel that was asked for") \
	X(ANSWERED, "answered", "This Idempotency-Key was answered before: nothing is sent anew")           \
	X(DUPLICATE, "duplicate", "The member was sent the same within the dedup window")                   \
	X(SUPPRESSED, "suppressed", "Every address is on the suppression list")                             \
	X(ERASED, "erased", "The member's data was erased")                                                 \
	X(NO_CONSENT, "no_consent", "The member has not consented to marketing")                            \
	X(OPTED_OUT, "opted_out", "The member wants no messages")                                           \
	X(NOT_WANTED, "not_wanted", "The member does not want this category on any channel")                \
	X(NO_ADDRESS, "no_address", "No address is known for any channel that is left")                     \
	X(ALL_FAILED, "all_failed", "Every channel has been tried")                                         \
	X(HELD_OUT, "held_out", "The member is in the control group")                                       \
	X(EXPIRED, "expired", "The message's time is over")                                                 \
	X(EXPIRES_FIRST, "expires_first", "The message's time is over before it may be sent")               \
	X(NOT_YET, "not_yet", "It is to be sent later")                                                     \
	X(QUIET, "quiet", "The member's quiet hours")                                                       \
	X(CAP_CATEGORY_DAY, "cap_category_day", "Enough of this category for the member's day")             \
	X(CAP_CATEGORY_WEEK, "cap_category_week", "Enough of this category for the member's week")          \
	X(CAP_DAY, "cap_day", "Enough messages for the member's day")                                       \
	X(CAP_WEEK, "cap_week", "Enough messages for the member's week")                                    \
	X(COLLAPSES_OLDER, "collapses_older", "An older message of the same collapse key makes place")      \
	X(DIGEST_DAILY, "digest_daily", "The member wants one message a day")                               \
	X(DIGEST_WEEKLY, "digest_weekly", "The member wants one message a week")                            \
	X(LANE_CRITICAL, "critical", "Goes before everything else")                                         \
	X(LANE_TRANSACTIONAL, "transactional", "Goes with what members did")                                \
	X(LANE_ENGAGEMENT, "engagement", "Goes with news")                                                  \
	X(LANE_BULK, "bulk", "Goes when there is room")                                                     \
	X(PROVIDERS_DOWN, "providers_down", "No provider of any channel that is left can take it now")

#define DECIDE_ENUM(reason, code, sentence) REASON_##reason,
enum decide_reason {
	DECIDE_REASONS(DECIDE_ENUM) REASON_COUNT
};
#undef DECIDE_ENUM

enum decide_outcome {
	DECIDED_SEND,   /* over channels[0]; the others are for when that fails */
	DECIDED_HOLD,   /* decide again at until */
	DECIDED_DIGEST, /* goes into the digest of until */
	DECIDED_DROP,
	DECIDE_OUTCOME_COUNT
};

/* Why an address is on the suppression list, from the mildest to the hardest. */
enum suppression {
	SUPPRESSION_NONE,
	SUPPRESSION_UNSUBSCRIBED, /* a wish: critical and transactional messages go over it */
	SUPPRESSION_MANUAL,
	SUPPRESSION_COMPLAINT,
	SUPPRESSION_DEAD, /* hard bounce, invalid token */
};

enum frequency {
	FREQUENCY_IMMEDIATE,
	FREQUENCY_DAILY,
	FREQUENCY_WEEKLY
};

/* Whether the same was asked for before. */
enum once {
	ONCE_NOT_ASKED, /* a dry run that names no key */
	ONCE_NEW,
	ONCE_ANSWERED, /* the key was used */
	ONCE_DUPLICATE /* the same within the dedup window */
};

/* What a collapse key does. */
enum collapse {
	COLLAPSE_NONE,
	COLLAPSE_KEY,
	COLLAPSE_OLDER /* an open message of the same key makes place */
};

/* Most messages of a member's day and week; 0 = no limit. */
struct cap {
	int day, week;
};

struct decision_input {
	instant now;
	/* the message */
	const struct category *category;
	enum priority priority;
	unsigned asked;                /* channel bits; 0 = the category's */
	const enum channel *preferred; /* to begin with, of those that are left; NULL if there are none */
	size_t preferred_count;
	unsigned template; /* bits of the channels that the template can be rendered for */
	unsigned tried;    /* bits of the channels that have failed */
	enum once once;
	enum collapse collapse;
	bool test;                /* as critical, but for its lane */
	instant send_at, expires; /* 0 = at once; INSTANT_MAX = never */
	/* the member */
	bool erased, marketing_consent, opted_out, held_out;
	unsigned wanted;    /* bits: the member takes this category there */
	unsigned addressed; /* bits: an address is known */
	enum suppression suppressed[CHANNEL_COUNT];
	const struct tz *zone;
	struct quiet_hours quiet;
	const struct tz *quiet_zone; /* NULL = zone */
	enum frequency frequency;
	int digest_minute; /* of the member's day */
	/* what the member got already, of messages that caps count */
	int sent_category_day, sent_category_week, sent_day, sent_week;
	struct cap category_cap, total_cap;
	/* the providers */
	unsigned available;              /* bits */
	instant retry_at[CHANNEL_COUNT]; /* when to ask again */
};

struct decision_step {
	enum decide_step step;
	enum decide_reason reason; /* REASON_PASSED, REASON_NOT_ASKED, a remark, or why it ended here */
	enum decide_reason channels[CHANNEL_COUNT]; /* REASON_NOT_ASKED: the step does not ask by channel */
};

struct decision {
	enum decide_outcome outcome;
	enum decide_reason reason; /* REASON_PASSED if it is sent */
	instant until;             /* of HOLD and DIGEST: later than now, before the message expires */
	enum channel waits_for;    /* of HOLD for PROVIDERS_DOWN: the channel that until is of */
	enum channel channels[CHANNEL_COUNT];
	size_t channel_count;
	enum priority lane;
	struct decision_step steps[DECIDE_STEP_COUNT];
	size_t step_count;
};

void decide(const struct decision_input *in, struct decision *out);

const char *decide_step_name(enum decide_step step);
const char *decide_outcome_name(enum decide_outcome outcome); /* "send", "hold", "digest", "drop" */
/* Of the decision's i-th step: "passed", "skipped", or the outcome that it made. */
const char *decide_step_outcome(const struct decision *d, size_t i);
const char *decide_reason_code(enum decide_reason reason);
const char *decide_reason_sentence(enum decide_reason reason);

#endif
