/*
 * audience.c - an audience's rule checked, and its members found (see audience.h)
 */
#include <math.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/audience.h"

enum {
	BOUND_TIER,
	BOUND_REGION,
	BOUND_POINTS,
	BOUND_IDLE,
	BOUND_COUNT,
	PROBE = 250 /* candidates of an index that is tried */
};

static const char *const bounded[BOUND_COUNT] = {"tier", "region", "points_balance", "days_since_purchase"};

/* --- the rule --------------------------------------------------------------------------------------- */

static bool facts_known(const void *parent, const struct logic *rule, struct fault *fault)
{
	struct logic_variables *v = logic_variables(parent, rule);
	size_t i;

	if (v->dynamic) {
		*fault = (struct fault){v->dynamic_place, "must be a fact's name as it is, not computed"};
		return false;
	}
	for (i = 0; i < v->count; i++)
		if (audience_fact_find(v->paths[i]) == NULL) {
			*fault = (struct fault){v->places[i], v->paths[i][0] ? "is not a fact of a member"
									     : "must be the name of a fact"};
			return false;
		}
	return true;
}

struct audience *audience_new(const void *parent, const struct json *expression, struct fault *fault)
{
	struct audience *a = talloc_zero(parent, struct audience);

	if (expression->kind != JSON_OBJECT && expression->kind != JSON_BOOLEAN) {
		*fault = (struct fault){"", "must be a JsonLogic expression"};
		return NULL;
	}
	a->rule = logic_parse_at(a, expression, &fault->pointer, &fault->detail);
	if (a->rule == NULL || !facts_known(a, a->rule, fault))
		return NULL;
	a->bounds = rule_bounds_new(a, a->rule, bounded, BOUND_COUNT);
	return a;
}

/* --- candidates ------------------------------------------------------------------------------------- */

static struct db_array *texts_of(const void *parent, const struct fact_bound *f)
{
	struct db_array *a = db_array_new(parent, DB_TEXT, f->text_count);
	size_t i;

	for (i = 0; i < f->text_count; i++)
		db_array_text(a, f->texts[i]);
	return a;
}

static void slice_send(struct db *db, const void *parent, const struct audience *a, enum audience_driver d,
		       const char *after, size_t most)
{
	const struct fact_bound *f = a->bounds->facts;
	struct db_array *tiers = f[BOUND_TIER].any_text ? NULL : texts_of(parent, &f[BOUND_TIER]);
	struct db_array *regions = f[BOUND_REGION].any_text ? NULL : texts_of(parent, &f[BOUND_REGION]);

	db_send(db, SQL_NOTIFICATION_GET_AUDIENCE_SLICE, "tihaoaoffoffo", after, (int64_t)most, (int)d, tiers,
		f[BOUND_TIER].null, regions, f[BOUND_REGION].null, f[BOUND_POINTS].least,
		f[BOUND_POINTS].most, f[BOUND_POINTS].null, f[BOUND_IDLE].least, f[BOUND_IDLE].most,
		f[BOUND_IDLE].null);
}

static void slice_take(struct db *db, const void *parent, const struct audience *a,
		       struct audience_slice *out)
{
	struct rows *r = db_next(db, parent);

	*out = (struct audience_slice){.audience = a, .rows = r, .count = rows_count(r)};
	if (out->count > 0 && !row_null(r, 0, 1))
		out->reach = row_text(r, 0, 1);
}

bool audience_slice_read(struct db *db, const void *parent, const struct audience *a, enum audience_driver d,
			 const char *after, size_t most, struct audience_slice *out)
{
	*out = (struct audience_slice){.audience = a};
	if (a->bounds->never)
		return !db_failed(db);
	slice_send(db, parent, a, d, after, most);
	slice_take(db, parent, a, out);
	return !db_failed(db);
}

/* A text that may be missing is not found by its index, nor is an interval without ends worth one. */
static bool driver_fits(const struct audience *a, enum audience_driver d)
{
	static const int bound_of[DRIVER_COUNT] = {-1, BOUND_TIER, BOUND_REGION, BOUND_POINTS, BOUND_IDLE};
	const struct fact_bound *f;

	if (d == DRIVER_MEMBERS)
		return true;
	f = &a->bounds->facts[bound_of[d]];
	if (d == DRIVER_TIER || d == DRIVER_REGION)
		return !f->any_text && !f->null;
	return f->least != -INFINITY || f->most != INFINITY;
}

enum audience_driver audience_choose(struct db *db, const void *scratch, const struct audience *a)
{
	struct db_array *reaches = db_array_new(scratch, DB_TEXT, DRIVER_COUNT);
	enum audience_driver fitting[DRIVER_COUNT];
	struct audience_slice s;
	size_t count = 0, i;
	struct rows *r;
	int d;

	for (d = 0; !a->bounds->never && d < DRIVER_COUNT; d++)
		if (driver_fits(a, (enum audience_driver)d))
			fitting[count++] = (enum audience_driver)d;
	if (count < 2)
		return DRIVER_MEMBERS;
	for (i = 0; i < count; i++)
		slice_send(db, scratch, a, fitting[i], "", PROBE);
	for (i = 0; i < count; i++) {
		slice_take(db, scratch, a, &s);
		db_array_text(reaches, s.reach);
	}
	r = db_query(db, scratch, SQL_NOTIFICATION_GET_FARTHEST, "a", reaches);
	return rows_count(r) > 0 ? fitting[row_integer(r, 0, 0) - 1] : DRIVER_MEMBERS;
}

const char *audience_driver_name(enum audience_driver d)
{
	static const char *const names[DRIVER_COUNT] = {"all members", "tier", "region", "points_balance",
							"days_since_purchase"};

	return names[d];
}

enum audience_verdict audience_judge(const void *parent, const struct audience_slice *s, size_t i,
				     const char **error)
{
	const struct json *facts, *value;

	if (row_null(s->rows, i, AUDIENCE_COLUMN_FACTS))
		return VERDICT_OUTSIDE;
	facts = audience_facts_read(parent, s->rows, i);
	if (facts == NULL) {
		*error = "the facts cannot be read";
		return VERDICT_FAILED;
	}
	if (!logic_evaluate(parent, s->audience->rule, facts, NULL, &value, error))
		return VERDICT_FAILED;
	return logic_true(value) ? VERDICT_TRUE : VERDICT_FALSE;
}
