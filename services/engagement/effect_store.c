/*
 * effect_store.c - the sums that effects are told by, as rows
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/tz.h"
#include "gen/sql/engagement.h"
#include "services/engagement/effect.h"

#define SAMPLE_ROWS 500.0 /* months of members in a portion: all of them at once keep requests waiting */
enum {
	SAMPLE_PORTIONS = 10
};
#define CAP_SHARE 0.999

static day day_or_none(const struct rows *r, int column)
{
	return row_null(r, 0, column) ? DAY_NONE : row_day(r, 0, column);
}

struct effect_scope *effect_scope(struct db *db, const void *parent)
{
	struct rows *r = db_query(db, parent, SQL_ENGAGEMENT_GET_EFFECT_SCOPE, "");
	struct effect_scope *s;

	if (rows_count(r) != 1)
		return NULL;
	s = talloc(parent, struct effect_scope);
	s->share = row_real(r, 0, 0);
	s->since = row_day(r, 0, 1);
	s->counted = day_or_none(r, 2);
	s->counted_at = row_null(r, 0, 3) ? 0 : row_instant(r, 0, 3);
	s->currency = row_text(r, 0, 4);
	return s;
}

static void take_part(struct effect *e, const struct rows *r, size_t row)
{
	struct effect_arm *arm = row_boolean(r, row, 1) ? &e->held_out : &e->treated;
	size_t part = (size_t)row_integer(r, row, 2);
	int m;

	if (part >= EFFECT_PARTS)
		return;
	arm->members += row_integer(r, row, 3);
	arm->expected += row_real(r, row, 11);
	for (m = 0; m < EFFECT_MEASURES; m++)
		arm->units[m][part] = (struct stats_unit){.value = row_real(r, row, 8 + m),
							  .weight = row_real(r, row, 4),
							  .before = row_real(r, row, 5 + m)};
}

/* Rows come by rule, the programme's ("") first. */
struct effect *effect_load(struct db *db, const void *parent, day from, day to, size_t *count)
{
	struct rows *r = db_query(db, parent, SQL_ENGAGEMENT_GET_EFFECT_PARTS, "dd", from, to);
	struct effect *all = talloc_array(parent, struct effect, 0);
	size_t i;

	for (*count = i = 0; i < rows_count(r); i++) {
		const char *rule_id = row_text(r, i, 0);

		if (*count == 0 || strcmp(all[*count - 1].rule_id, rule_id) != 0) {
			all = talloc_realloc(parent, all, struct effect, *count + 1);
			all[*count] = (struct effect){.rule_id = rule_id};
			++*count;
		}
		take_part(&all[*count - 1], r, i);
	}
	return all;
}

/* --- counting -------------------------------------------------------------------------------------- */

struct effect_pass *effect_hold_pass(struct db *db, const void *parent)
{
	struct rows *r = db_query(db, parent, SQL_ENGAGEMENT_HOLD_EFFECT_PASS, "");
	struct effect_pass *p;

	if (rows_count(r) != 1)
		return NULL;
	p = talloc(parent, struct effect_pass);
	p->pass = row_integer(r, 0, 0);
	p->after = row_null(r, 0, 1) ? NULL : row_text(r, 0, 1);
	p->from = day_or_none(r, 2);
	p->to = day_or_none(r, 3);
	p->cap = row_real(r, 0, 4);
	p->counted = day_or_none(r, 5);
	p->finished = row_null(r, 0, 6) ? 0 : row_instant(r, 0, 6);
	p->since = row_day(r, 0, 7);
	p->today = row_day(r, 0, 8);
	return p;
}

bool effect_sample_spends(struct db *db, const void *parent, struct effect_sample *s)
{
	struct rows *r = db_query(db, parent, SQL_ENGAGEMENT_GET_DAILY_SPENDS, "f", SAMPLE_ROWS);
	size_t i;

	if (db_failed(db))
		return false;
	s->spends = talloc_realloc(parent, s->spends, double, s->count + rows_count(r) + 1);
	for (i = 0; i < rows_count(r); i++)
		s->spends[s->count++] = row_real(r, i, 0);
	talloc_free(r);
	return ++s->portions == SAMPLE_PORTIONS;
}

double effect_spend_cap(struct effect_sample *s)
{
	double cap = s->count > 0 ? stats_quantile(s->spends, s->count, CAP_SHARE) : INFINITY;

	talloc_free(s->spends);
	*s = (struct effect_sample){0};
	return cap;
}

void effect_start_pass(struct db *db, const void *scratch, day from, day to, double cap)
{
	db_query(db, scratch, SQL_ENGAGEMENT_START_EFFECT_PASS, "ddf", from, to, cap);
}

bool effect_count_slice(struct db *db, const void *scratch, const struct effect_pass *p, int64_t members)
{
	struct rows *slice = db_query(db, scratch, SQL_ENGAGEMENT_GET_EFFECT_SLICE, "ti", p->after, members);
	const char *last;

	if (rows_count(slice) != 1 || row_integer(slice, 0, 0) == 0)
		return false;
	last = row_text(slice, 0, 1);
	db_send(db, SQL_ENGAGEMENT_ADD_EFFECT_DAYS, "ttiddfd", p->after, last, p->pass, p->from, p->to,
		p->cap, p->since);
	db_send(db, SQL_ENGAGEMENT_MOVE_EFFECT_PASS, "t", last);
	db_next(db, scratch);
	db_next(db, scratch);
	return true;
}

void effect_finish_pass(struct db *db, const void *scratch, const struct effect_pass *p)
{
	db_send(db, SQL_ENGAGEMENT_PUBLISH_EFFECT_DAYS, "idd", p->pass, p->from, p->to);
	db_send(db, SQL_ENGAGEMENT_FINISH_EFFECT_PASS, "");
	db_next(db, scratch);
	db_next(db, scratch);
}

bool effect_delete_old(struct db *db, const void *scratch, int64_t pass, int64_t most)
{
	return rows_affected(db_query(db, scratch, SQL_ENGAGEMENT_DELETE_OLD_EFFECTS, "ii", pass, most)) ==
	       most;
}
