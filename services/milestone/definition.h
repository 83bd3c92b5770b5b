/*
 * definition.h - what a milestone is: its document, read and checked
 *
 * The document is JSON, as docs/milestones.md describes it. What is wrong with one is told by the JSON
 * pointer of the place.
 */
#ifndef AE_MILESTONE_DEFINITION_H
#define AE_MILESTONE_DEFINITION_H

#include "common/json.h"
#include "common/member_rule.h"
#include "common/problem.h"
#include "services/milestone/period.h"

enum kind {
	KIND_COUNT,
	KIND_SUM,
	KIND_DISTINCT,
	KIND_STREAK,
	KIND_TIER,
	KIND_ANNIVERSARY,
	KIND_BIRTHDAY,
	KIND_RULE,
	KIND_UNKNOWN
};

enum rollback {
	ROLLBACK_REVOKE,
	ROLLBACK_KEEP,
	ROLLBACK_WITHIN
};

enum backfill {
	BACKFILL_NONE,
	BACKFILL_SILENT,
	BACKFILL_CELEBRATE
};

enum {
	OCCURRENCES_MAX = 1000, /* of one milestone that repeats, so that a slip in a definition has an end */
	MILESTONE_NAME_MAX = 64
};

struct bonus {
	int64_t points; /* 0: none */
	const char *reward_id, *reward_name;
	int64_t cap; /* most points, or most rewards, of this milestone for a member; 0: no end */
};

struct milestone {
	const char *id;
	int version;
	instant activated;
	const struct json *document;
	enum kind kind;
	const char *event; /* the type that is counted; NULL of date kinds and rules */
	const char *of;    /* what is added up or told apart; NULL: events */
	const char *currency;
	const char *tier;
	struct logic *filter;               /* over the event's data */
	struct member_rule *segment, *rule; /* over the member's facts */
	double target;
	enum period per; /* PERIOD_NONE: over all time */
	double every;    /* 0: it does not repeat */
	enum period streak;
	int64_t least;       /* events that a period of a streak needs */
	instant from, until; /* events before and after do not count */
	enum rollback rollback;
	int64_t rollback_days;
	enum backfill backfill;
	struct bonus bonus;
	const char *template, *category, *priority; /* of the message; NULL: what others of its kind have */
	enum period anniversary;                    /* PERIOD_MONTH or PERIOD_YEAR */
	int hour;
	int64_t late_days; /* what is later than that is awarded, but not celebrated */
};

/* Under parent, with the document, which must live as long. NULL: *fault says why. */
struct milestone *milestone_read(const void *parent, const char *id, int version, const struct json *document,
				 const char *programme_currency, struct fault *fault);
bool milestone_id_valid(const char *id);
bool milestone_of_dates(const struct milestone *m);
/* Whether facts that change decide: a rule, or the segment of what is counted. A date has its day. */
bool milestone_asks_facts(const struct milestone *m);
const char *kind_name(enum kind kind);
/* The document's name in a language ("de"), else in English, else the id. */
const char *milestone_name(const struct milestone *m, const char *language);

#endif
