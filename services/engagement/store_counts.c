/*
 * store_counts.c - what a slice of looks adds to the counts of the rules (see store_look.h)
 *
 * They are written with the looks and add up: of each rule matched = sent + held out + suppressed, by reason,
 * + already told.
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/store_look.h"

struct tally {
	int64_t evaluated, matched, failed, sent, held_out, told;
	int64_t lost[LOSS_COUNT]; /* suppressed, by reason */
	const char *fault;
};

struct counting {
	struct db *db;
	const void *scratch;
	const struct catalogue *catalogue;
	const char *instance;
	struct tally *tallies; /* of each rule of the catalogue, and one that is of none */
};

static struct tally *tally_of(const struct counting *g, const char *rule_id)
{
	size_t i;

	for (i = 0; i < g->catalogue->rule_count; i++)
		if (strcmp(g->catalogue->rules[i]->rule_id, rule_id) == 0)
			break;
	return &g->tallies[i];
}

/* Those that won count as told until they turn out to be new. */
static void add_candidate(struct tally *t, const struct candidate *c)
{
	if (c->loss == LOSS_NONE || c->held_out)
		t->told++;
	else if (c->loss != LOSS_FAILED) /* no match */
		t->lost[c->loss]++;
}

static void add_look(struct counting *g, const struct look *l)
{
	size_t i;

	for (i = 0; i < l->catalogue->rule_count; i++) {
		g->tallies[i].evaluated += l->counts[i].evaluated;
		g->tallies[i].matched += l->counts[i].matched;
		g->tallies[i].failed += l->counts[i].failed;
		g->tallies[i].told += l->counts[i].told;
		if (l->counts[i].fault)
			g->tallies[i].fault = l->counts[i].fault;
	}
	for (i = 0; i < l->count; i++)
		add_candidate(tally_of(g, l->candidates[i].rule->rule_id), &l->candidates[i]);
}

static void add_made(struct counting *g, const struct rows *made)
{
	struct tally *t;
	size_t i;

	for (i = 0; i < rows_count(made); i++) {
		t = tally_of(g, row_text(made, i, 2));
		t->told--;
		if (row_integer(made, i, 3) == ALERT_HELD_OUT)
			t->held_out++;
		else
			t->sent++;
	}
}

static void put_counts(const struct counting *g)
{
	static const enum db_type types[8] = {DB_TEXT, DB_INT4, DB_INT8, DB_INT8,
					      DB_INT8, DB_INT8, DB_INT8, DB_TEXT};
	const struct tally *t = g->tallies;
	struct db_array *a[8];
	size_t i;

	for (i = 0; i < 8; i++)
		a[i] = db_array_new(g->scratch, types[i], g->catalogue->rule_count);
	for (i = 0; i < g->catalogue->rule_count; i++) {
		if (t[i].evaluated == 0 && t[i].failed == 0)
			continue;
		db_array_text(a[0], g->catalogue->rules[i]->rule_id);
		db_array_integer(a[1], g->catalogue->rules[i]->version);
		db_array_integer(a[2], t[i].evaluated);
		db_array_integer(a[3], t[i].matched);
		db_array_integer(a[4], t[i].sent);
		db_array_integer(a[5], t[i].held_out);
		db_array_integer(a[6], t[i].failed);
		db_array_text(a[7], t[i].fault);
	}
	if (db_array_count(a[0]) > 0)
		db_query(g->db, g->scratch, SQL_ENGAGEMENT_ADD_COUNTS, "aaaaaaaat", a[0], a[1], a[2], a[3],
			 a[4], a[5], a[6], a[7], g->instance);
}

static void put_outcome(struct db_array *a[5], const struct rule *r, const char *step, const char *reason,
			int64_t count)
{
	if (count == 0)
		return;
	db_array_text(a[0], r->rule_id);
	db_array_integer(a[1], r->version);
	db_array_text(a[2], step);
	db_array_text(a[3], reason);
	db_array_integer(a[4], count);
}

static void put_outcomes(const struct counting *g)
{
	static const enum db_type types[5] = {DB_TEXT, DB_INT4, DB_TEXT, DB_TEXT, DB_INT8};
	struct db_array *a[5];
	size_t i;
	int l;

	for (i = 0; i < 5; i++)
		a[i] = db_array_new(g->scratch, types[i], g->catalogue->rule_count);
	for (i = 0; i < g->catalogue->rule_count; i++) {
		put_outcome(a, g->catalogue->rules[i], "already_told", "", g->tallies[i].told);
		for (l = 0; l < LOSS_COUNT; l++)
			put_outcome(a, g->catalogue->rules[i], "suppressed", loss_name((enum loss)l),
				    g->tallies[i].lost[l]);
	}
	if (db_array_count(a[0]) > 0)
		db_query(g->db, g->scratch, SQL_ENGAGEMENT_ADD_OUTCOMES, "aaaaat", a[0], a[1], a[2], a[3],
			 a[4], g->instance);
}

void store_counts(struct db *db, const void *scratch, const struct catalogue *c, const char *instance,
		  struct look *const *looks, size_t count, const struct rows *made)
{
	struct counting g = {db, scratch, c, instance,
			     talloc_zero_array(scratch, struct tally, c->rule_count + 1)};
	size_t i;

	for (i = 0; i < count; i++)
		if (looks[i])
			add_look(&g, looks[i]);
	add_made(&g, made);
	put_counts(&g);
	put_outcomes(&g);
}
