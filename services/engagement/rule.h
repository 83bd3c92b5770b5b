/*
 * rule.h - an engagement rule: when it is asked, of whom it is true, and what is said then
 *
 * A rule is a JSON document (docs/engagement-rules.md), checked as a whole before it is kept: a fault has the
 * JSON pointer of its place.
 */
#ifndef AE_ENGAGEMENT_RULE_H
#define AE_ENGAGEMENT_RULE_H

#include "common/logic.h"
#include "common/problem.h"
#include "common/tz.h"

enum {
	RULE_LEADS_MAX = 8,
	RULE_FACTS_MAX = 24,
	RULE_FAULTS_MAX = 20,
	RULE_CHANNELS_MAX = 3,
	RULE_DEADLINE_MAX = 3660 /* days */
};

/* What an occasion is: of what a rule is asked, once for each. */
enum about {
	ABOUT_MEMBER, /* the member as such */
	ABOUT_EXPIRING_DAY,
	ABOUT_BIRTHDAY,
	ABOUT_ANNIVERSARY,
	ABOUT_TIER_DEADLINE,
	ABOUT_STREAK,
	ABOUT_OFFER,
	ABOUT_REWARD,
	ABOUT_COUNT
};
const char *about_name(enum about a);

struct schedule {
	bool set;
	int weekday; /* 0 = Monday; -1: every day */
	int hour;    /* of the member's clock */
	int spread;  /* hours from then on; no slot is on the next day */
};

struct named_logic {
	const char *name;
	struct logic *logic;
};

/* A text in languages; English is always there. */
struct named_words {
	const char *name; /* NULL of those that need none */
	const struct json *texts;
};

struct rule {
	const char *rule_id;
	int version;
	const struct json *document;
	const char *kind, *category, *link;
	bool promotional;
	/* triggers: one that fits is enough */
	const char *event_type; /* NULL: none */
	struct logic *event_when;
	const char **changes; /* facts */
	size_t change_count;
	struct schedule schedule;
	/* of whom, and of what */
	enum about about;
	struct logic *condition, *holds, *occasion;
	int leads[RULE_LEADS_MAX]; /* days before, the longest first */
	size_t lead_count;
	int late_days, valid_days;
	/* how often */
	int cooldown_days, cap_most, cap_days;
	/* in which order, and whom not */
	int priority; /* 1-100 */
	struct logic *value;
	double holdout;
	/* what is told */
	struct named_logic *facts;
	size_t fact_count;
	struct named_words *words;
	size_t word_count;
	struct logic *points_at_stake, *value_minor, *currency, *deadline_days;
	const struct json *action, *sentence; /* texts in languages */
	const char *channels[RULE_CHANNELS_MAX];
	size_t channel_count;
	struct outlook *outlook; /* of a scheduled rule */
};

/* Under parent; NULL: faults[0..count) say why, their pointers within the document. */
struct rule *rule_read(const void *parent, const char *rule_id, int version, const struct json *document,
		       struct fault faults[RULE_FAULTS_MAX], size_t *count);

/* rule_vocabulary.c: a JsonLogic expression that reads only what is there for it. NULL: *fault, with a
 * pointer within the expression. */
enum vocabulary {
	VOCABULARY_FACTS = 1 << 0, /* of the member, and of what the rule is about */
	VOCABULARY_EVENT = 1 << 1, /* event.*: data of the triggering event */
	VOCABULARY_ALERT = 1 << 2, /* alert.*: facts of the alert that was made */
	VOCABULARY_DATA = 1 << 3   /* an event's data, by any path */
};
struct logic *rule_logic(const void *parent, const struct json *expression, unsigned vocabulary,
			 enum about about, struct fault *fault);
/* A fact of the member by its plain name. */
bool rule_fact_known(const char *name);

/* outlook.c: when a scheduled rule may fit, by its condition; under the rule. */
struct outlook *outlook_new(struct rule *r);

/* The newest slot of a schedule that is not after t, on the member's clock; spread: 0 to 1, by member, of
 * the time over which a slot is spread. */
instant schedule_slot(const struct schedule *s, const struct tz *zone, double spread, instant t);
/* The slot of a day; whether the schedule has that day; and how long a slot is good for (microseconds). */
instant schedule_on(const struct schedule *s, const struct tz *zone, double spread, day d);
bool schedule_fits(const struct schedule *s, day d);
int64_t schedule_good(const struct schedule *s);
/* The first slot after t. */
instant schedule_next(const struct schedule *s, const struct tz *zone, double spread, instant t);

#endif
