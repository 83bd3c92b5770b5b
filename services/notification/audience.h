/*
 * audience.h - an audience: a rule over the facts of members, and those members it is true of
 *
 * The rule decides. What must hold of a few facts for it to be true (common/rule_bounds.h) finds candidates
 * by index, in the order of their ids and a bounded number at a time.
 */
#ifndef AE_NOTIFICATION_AUDIENCE_H
#define AE_NOTIFICATION_AUDIENCE_H

#include "common/logic.h"
#include "common/problem.h"
#include "common/rule_bounds.h"
#include "services/notification/audience_facts.h"

/* The index that candidates are taken from; the numbers are those of get_audience_slice. */
enum audience_driver {
	DRIVER_MEMBERS, /* all of them */
	DRIVER_TIER,
	DRIVER_REGION,
	DRIVER_POINTS,
	DRIVER_IDLE,
	DRIVER_COUNT
};

struct audience {
	struct logic *rule;
	struct rule_bounds *bounds; /* of tier, region, points_balance, days_since_purchase */
};

/* Candidates and, of those that the bounds admit, the facts. */
struct audience_slice {
	const struct audience *audience;
	struct rows *rows;
	size_t count;
	const char *reach; /* to go on from; NULL: these are the last */
};

enum audience_verdict {
	VERDICT_OUTSIDE, /* of the bounds: the rule was not run */
	VERDICT_FALSE,
	VERDICT_TRUE,
	VERDICT_FAILED /* the rule ran into a limit */
};

/* NULL: *fault tells what is wrong, its pointer within the expression. All under parent. */
struct audience *audience_new(const void *parent, const struct json *expression, struct fault *fault);

/* The index that leads farthest through the members for the same number of candidates. */
enum audience_driver audience_choose(struct db *db, const void *scratch, const struct audience *a);
const char *audience_driver_name(enum audience_driver d);

/* About `most` candidates after a member. False: the database failed. */
bool audience_slice_read(struct db *db, const void *parent, const struct audience *a, enum audience_driver d,
			 const char *after, size_t most, struct audience_slice *out);
/* What the rule says of a candidate; *error, under parent, if it failed. */
enum audience_verdict audience_judge(const void *parent, const struct audience_slice *s, size_t i,
				     const char **error);
static inline const char *audience_member(const struct audience_slice *s, size_t i)
{
	return row_text(s->rows, i, 0);
}

#endif
