/*
 * sweep.c - through the members that rules may be true of (see sweep.h)
 */
#include <math.h>
#include <talloc.h>

#include "common/member_facts.h"
#include "common/sweep.h"
#include "gen/sql/common.h"

enum {
	PROBE = 250 /* candidates of an index that is tried */
};

struct sweep *sweep_new(const void *parent, struct member_rule *const *rules, size_t count)
{
	struct sweep *s = talloc_zero(parent, struct sweep);
	const struct rule_bounds **each = talloc_array(s, const struct rule_bounds *, count);
	size_t i;

	for (i = 0; i < count; i++)
		each[i] = rules[i]->bounds;
	s->bounds = rule_bounds_hull(s, each, count);
	return s;
}

static struct db_array *texts_of(const void *parent, const struct fact_bound *f)
{
	struct db_array *a = db_array_new(parent, DB_TEXT, f->text_count);
	size_t i;

	for (i = 0; i < f->text_count; i++)
		db_array_text(a, f->texts[i]);
	return a;
}

static void slice_send(struct db *db, const void *parent, const struct sweep *s, enum sweep_driver d,
		       const char *after, size_t most)
{
	const struct fact_bound *f = s->bounds->facts;
	struct db_array *tiers = f[BOUND_TIER].any_text ? NULL : texts_of(parent, &f[BOUND_TIER]);
	struct db_array *regions = f[BOUND_REGION].any_text ? NULL : texts_of(parent, &f[BOUND_REGION]);

	db_send(db, SQL_COMMON_SWEEP_SLICE, "tihaoaoffoffo", after, (int64_t)most, (int)d, tiers,
		f[BOUND_TIER].null, regions, f[BOUND_REGION].null, f[BOUND_POINTS].least,
		f[BOUND_POINTS].most, f[BOUND_POINTS].null, f[BOUND_IDLE].least, f[BOUND_IDLE].most,
		f[BOUND_IDLE].null);
}

static void slice_take(struct db *db, const void *parent, struct sweep_slice *out)
{
	struct rows *r = db_next(db, parent);

	*out = (struct sweep_slice){.rows = r, .count = rows_count(r)};
	if (out->count > 0 && !row_null(r, 0, FACTS_COLUMN_REACH))
		out->reach = row_text(r, 0, FACTS_COLUMN_REACH);
}

bool sweep_read(struct db *db, const void *parent, const struct sweep *s, enum sweep_driver d,
		const char *after, size_t most, struct sweep_slice *out)
{
	*out = (struct sweep_slice){0};
	if (s->bounds->never)
		return !db_failed(db);
	slice_send(db, parent, s, d, after, most);
	slice_take(db, parent, out);
	return !db_failed(db);
}

/* A text that may be missing is not found by its index, nor is an interval without ends worth one. */
static bool driver_fits(const struct sweep *s, enum sweep_driver d)
{
	static const int bound_of[SWEEP_DRIVER_COUNT] = {-1, BOUND_TIER, BOUND_REGION, BOUND_POINTS,
							 BOUND_IDLE};
	const struct fact_bound *f;

	if (d == SWEEP_MEMBERS)
		return true;
	f = &s->bounds->facts[bound_of[d]];
	if (d == SWEEP_TIER || d == SWEEP_REGION)
		return !f->any_text && !f->null;
	return f->least != -INFINITY || f->most != INFINITY;
}

enum sweep_driver sweep_choose(struct db *db, const void *scratch, const struct sweep *s)
{
	struct db_array *reaches = db_array_new(scratch, DB_TEXT, SWEEP_DRIVER_COUNT);
	enum sweep_driver fitting[SWEEP_DRIVER_COUNT];
	struct sweep_slice slice;
	size_t count = 0, i;
	struct rows *r;
	int d;

	for (d = 0; !s->bounds->never && d < SWEEP_DRIVER_COUNT; d++)
		if (driver_fits(s, (enum sweep_driver)d))
			fitting[count++] = (enum sweep_driver)d;
	if (count < 2)
		return SWEEP_MEMBERS;
	for (i = 0; i < count; i++)
		slice_send(db, scratch, s, fitting[i], "", PROBE);
	for (i = 0; i < count; i++) {
		slice_take(db, scratch, &slice);
		db_array_text(reaches, slice.reach);
	}
	r = db_query(db, scratch, SQL_COMMON_SWEEP_FARTHEST, "a", reaches);
	return rows_count(r) > 0 ? fitting[row_integer(r, 0, 0) - 1] : SWEEP_MEMBERS;
}

const char *sweep_driver_name(enum sweep_driver d)
{
	static const char *const names[SWEEP_DRIVER_COUNT] = {"all members", "tier", "region",
							      "points_balance", "days_since_purchase"};

	return names[d];
}

const char *sweep_member(const struct sweep_slice *s, size_t i)
{
	return row_text(s->rows, i, FACTS_COLUMN_MEMBER);
}

const struct json *sweep_facts(const void *parent, const struct sweep_slice *s, size_t i, const char **error)
{
	const struct json *facts;

	*error = NULL;
	if (row_null(s->rows, i, FACTS_COLUMN_DOCUMENT))
		return NULL;
	facts = member_facts_read(parent, s->rows, i);
	if (facts == NULL)
		*error = "the facts cannot be read";
	return facts;
}

enum rule_verdict sweep_judge(const void *parent, const struct sweep_slice *s, size_t i,
			      const struct member_rule *rule, const char **error)
{
	const struct json *facts = sweep_facts(parent, s, i, error);

	if (facts == NULL)
		return *error ? VERDICT_FAILED : VERDICT_OUTSIDE;
	return member_rule_judge(parent, rule, facts, error);
}
