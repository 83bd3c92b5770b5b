/*
 * sweep.h - through the members that rules may be true of, a bounded number at a time
 *
 * What must hold of a few facts for one of the rules to be true (rule_bounds.h) names candidates by index, in
 * the order of their ids; the rules decide. A sweep keeps nothing: whoever goes on, in whichever process,
 * needs the driver and the place that was reached.
 */
#ifndef AE_SWEEP_H
#define AE_SWEEP_H

#include "common/db.h"
#include "common/member_rule.h"

/* The index that candidates are taken from; the numbers are those of sweep_slice, and are stored. */
enum sweep_driver {
	SWEEP_MEMBERS, /* all of them */
	SWEEP_TIER,
	SWEEP_REGION,
	SWEEP_POINTS,
	SWEEP_IDLE,
	SWEEP_DRIVER_COUNT
};

struct sweep {
	struct rule_bounds *bounds; /* of all the rules together */
};

/* Candidates and, of those that the bounds admit, the facts. */
struct sweep_slice {
	struct rows *rows;
	size_t count;
	const char *reach; /* to go on from; NULL: these are the last */
};

/* For rules, which must outlive it; under parent. */
struct sweep *sweep_new(const void *parent, struct member_rule *const *rules, size_t count);

/* The index that leads farthest through the members for the same number of candidates. */
enum sweep_driver sweep_choose(struct db *db, const void *scratch, const struct sweep *s);
const char *sweep_driver_name(enum sweep_driver d);

/* About `most` candidates after a member. False: the database failed. */
bool sweep_read(struct db *db, const void *parent, const struct sweep *s, enum sweep_driver d,
		const char *after, size_t most, struct sweep_slice *out);
const char *sweep_member(const struct sweep_slice *s, size_t i);
/* A candidate's facts. NULL: outside of the bounds or, if *error is set, not to be read. */
const struct json *sweep_facts(const void *parent, const struct sweep_slice *s, size_t i, const char **error);
/* What one of the rules says of a candidate; *error, under parent, if it failed. */
enum rule_verdict sweep_judge(const void *parent, const struct sweep_slice *s, size_t i,
			      const struct member_rule *rule, const char **error);

#endif
