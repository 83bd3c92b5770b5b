/*
 * effect.h - what the treated do more than the holdout
 *
 * A daily count (count_effect.c) sums up what the members of each arm did, by day and by random parts of the
 * arm; get_effect.c compares the parts of a range of days. A request reads sums, never members.
 */
#ifndef AE_ENGAGEMENT_EFFECT_H
#define AE_ENGAGEMENT_EFFECT_H

#include "common/daemon.h"
#include "common/stats.h"

enum {
	EFFECT_PARTS = 40, /* of an arm: with half of them daily looks raise more alarms than they may */
	EFFECT_LEAST = 10  /* members of an arm that is told of */
};

enum effect_measure {
	EFFECT_SPEND,
	EFFECT_VISITS,
	EFFECT_POINTS,
	EFFECT_MEASURES
};

/* An arm: how many members it has, how many of them, by the draw, should be held out, and its parts. A unit's
 * weight is days of its members. */
struct effect_arm {
	int64_t members;
	double expected;
	struct stats_unit units[EFFECT_MEASURES][EFFECT_PARTS];
};

/* Of a rule, or of the programme (""). */
struct effect {
	const char *rule_id;
	struct effect_arm treated, held_out;
};

struct effect_scope {
	double share; /* of members that are held out */
	day since;    /* when the holdout began */
	day counted;  /* the last day of the finished count, DAY_NONE before the first one */
	instant counted_at;
	const char *currency;
};

/* effect_store.c */
struct effect_scope *effect_scope(struct db *db, const void *parent);
struct effect *effect_load(struct db *db, const void *parent, day from, day to, size_t *count);

/* count_effect.c: the job */
bool count_effect(struct daemon *d);

/* The count under way, or the one that is due; held until the commit. */
struct effect_pass {
	int64_t pass;
	const char *after; /* NULL: none is under way */
	day from, to;
	double cap;
	day counted; /* DAY_NONE: there was none */
	instant finished;
	day since, today;
};
struct effect_pass *effect_hold_pass(struct db *db, const void *parent);
/* What members spent on single days, drawn a portion at a time; the cap of a pass is their quantile. */
struct effect_sample {
	double *spends;
	size_t count;
	int portions;
};
/* Adds a portion; true: it is large enough. */
bool effect_sample_spends(struct db *db, const void *parent, struct effect_sample *s);
/* Empties the sample. */
double effect_spend_cap(struct effect_sample *s);
void effect_start_pass(struct db *db, const void *scratch, day from, day to, double cap);
bool effect_count_slice(struct db *db, const void *scratch, const struct effect_pass *p, int64_t members);
void effect_finish_pass(struct db *db, const void *scratch, const struct effect_pass *p);
bool effect_delete_old(struct db *db, const void *scratch, int64_t pass, int64_t most);

#endif
