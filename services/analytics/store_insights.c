/*
 * store_insights.c - facts and findings as rows (see store_insights.h)
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/analytics.h"
#include "services/analytics/store_insights.h"

static const char **ids_of(const void *parent, const struct rows *r, size_t *count)
{
	const char **ids;
	size_t i;

	*count = rows_count(r);
	ids = talloc_array(parent, const char *, *count + 1);
	for (i = 0; i < *count; i++)
		ids[i] = row_text(r, i, 0);
	return ids;
}

const char **store_stale_members(struct db *db, const void *parent, const char *after, size_t most,
				 size_t *count)
{
	return ids_of(parent,
		      db_query(db, parent, SQL_ANALYTICS_GET_STALE_MEMBERS, "ti", after, (int64_t)most),
		      count);
}

const char **store_outdated_members(struct db *db, const void *parent, day today, size_t most, size_t *count)
{
	return ids_of(parent,
		      db_query(db, parent, SQL_ANALYTICS_GET_OUTDATED_MEMBERS, "di", today, (int64_t)most),
		      count);
}

/* --- months ---------------------------------------------------------------------------------------- */

static struct month *month_of(const void *parent, const struct rows *r, size_t i)
{
	struct month *m = month_new(parent, row_text(r, i, 0), row_day(r, i, 1));
	const char *text[4];
	size_t length[4];
	int k;

	for (k = 0; k < 4; k++)
		text[k] = row_bytes(r, i, 2 + k, &length[k]);
	month_decode(m, text[0], length[0], text[1], length[1], text[2], length[2], text[3], length[3]);
	return m;
}

struct month_list *store_members_months(struct db *db, const void *parent, const char *const *ids,
					size_t count, day from)
{
	struct month_list *lists = talloc_zero_array(parent, struct month_list, count + 1), *l;
	struct db_array *wanted = db_array_new(lists, DB_TEXT, count);
	struct rows *r;
	size_t i, k, n, tries;

	for (i = 0; i < count; i++)
		db_array_text(wanted, ids[i]);
	r = db_query(db, lists, SQL_ANALYTICS_GET_MEMBERS_MONTHS, "ad", wanted, from);
	n = rows_count(r);
	for (i = 0, k = 0; i < n; i++) {
		for (tries = 0; tries < count && strcmp(ids[k], row_text(r, i, 0)) != 0; tries++)
			k = (k + 1) % count;
		l = &lists[k];
		if (l->count == talloc_array_length(l->months))
			l->months = talloc_realloc(lists, l->months, struct month *, 2 * l->count + 16);
		l->months[l->count++] = month_of(lists, r, i);
	}
	return db_failed(db) ? NULL : lists;
}

/* --- facts and findings ------------------------------------------------------------------------------ */

void store_put_facts(struct db *db, const void *scratch, struct insights *const *of, size_t count, day today)
{
	struct db_array *ids = db_array_new(scratch, DB_TEXT, count * 2),
			*positions = db_array_new(scratch, DB_INT8, count);
	struct db_array *facts = db_array_new(scratch, DB_JSON, count * 40),
			*buys = db_array_new(scratch, DB_TEXT, count * 8);
	struct json_writer *w = json_writer_new(scratch);
	const char *text;
	size_t i, length;

	for (i = 0; i < count; i++) {
		json_writer_reset(w);
		facts_encode(w, of[i]->view, of[i]->facts);
		text = json_text(w, &length);
		db_array_text(ids, of[i]->view->member->member_id);
		db_array_integer(positions, of[i]->view->member->position);
		db_array_bytes(facts, text, length);
		db_array_text(buys, facts_buys(scratch, of[i]->facts));
	}
	db_query(db, scratch, SQL_ANALYTICS_PUT_FACTS, "aaada", ids, positions, facts, today, buys);
}

/* The row of member and id; the answers come roughly in the order of the questions. */
static struct insight *insight_named(struct insights *const *of, size_t count, const char *member_id,
				     const char *id, const struct insights **whose)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		if (strcmp(of[i]->view->member->member_id, member_id) != 0)
			continue;
		*whose = of[i];
		for (k = 0; k < of[i]->count; k++)
			if (strcmp(of[i]->rows[k].id, id) == 0)
				return &of[i]->rows[k];
	}
	return NULL;
}

void store_seen_insights(struct db *db, const void *scratch, struct insights *const *of, size_t count)
{
	struct db_array *members = db_array_new(scratch, DB_TEXT, count * 4),
			*ids = db_array_new(scratch, DB_TEXT, count * 8);
	const struct insights *whose;
	struct insight *f;
	struct rows *r;
	size_t i, k;

	for (i = 0; i < count; i++)
		for (k = 0; k < of[i]->count; k++) {
			db_array_text(members, of[i]->view->member->member_id);
			db_array_text(ids, of[i]->rows[k].id);
		}
	if (db_array_count(ids) == 0)
		return;
	r = db_query(db, scratch, SQL_ANALYTICS_GET_SEEN_INSIGHTS, "aa", members, ids);
	for (i = 0; i < rows_count(r); i++)
		if ((f = insight_named(of, count, row_text(r, i, 0), row_text(r, i, 1), &whose)) != NULL)
			f->first_seen = row_instant(r, i, 2);
}

enum {
	INSIGHT_COLUMNS = 8
};

static void put_insight(struct db_array *c[INSIGHT_COLUMNS], const char *member_id, const struct insight *f)
{
	db_array_text(c[0], member_id);
	db_array_text(c[1], f->id);
	db_array_text(c[2], f->kind);
	db_array_text(c[3], severity_names[f->severity]);
	db_array_text(c[4], f->sentence);
	db_array_bytes(c[5], f->evidence, f->evidence_length);
	db_array_day(c[6], f->from);
	db_array_day(c[7], f->to);
}

struct new_insight *store_put_insights(struct db *db, const void *parent, struct insights *const *of,
				       size_t count, size_t *new_count)
{
	static const enum db_type types[INSIGHT_COLUMNS] = {DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT,
							    DB_TEXT, DB_JSON, DB_DATE, DB_DATE};
	struct db_array *c[INSIGHT_COLUMNS];
	struct new_insight *fresh, *f;
	struct rows *r;
	size_t i, k;

	*new_count = 0;
	for (i = 0; i < INSIGHT_COLUMNS; i++)
		c[i] = db_array_new(parent, types[i], count * 32);
	for (i = 0; i < count; i++)
		for (k = 0; k < of[i]->count; k++)
			if (of[i]->rows[k].first_seen == INSTANT_NONE)
				put_insight(c, of[i]->view->member->member_id, &of[i]->rows[k]);
	if (db_array_count(c[0]) == 0)
		return NULL;
	r = db_query(db, parent, SQL_ANALYTICS_PUT_INSIGHTS, "aaaaaaaa", c[0], c[1], c[2], c[3], c[4], c[5],
		     c[6], c[7]);
	fresh = talloc_zero_array(parent, struct new_insight, rows_count(r) + 1);
	for (i = 0; i < rows_count(r); i++) {
		f = &fresh[*new_count];
		f->insight = insight_named(of, count, row_text(r, i, 0), row_text(r, i, 1), &f->of);
		if (f->insight == NULL)
			continue;
		f->insight->first_seen = row_instant(r, i, 2);
		++*new_count;
	}
	return fresh;
}
