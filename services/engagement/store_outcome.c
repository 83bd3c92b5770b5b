/*
 * store_outcome.c - what came of looks, in a few statements for many members (see store_look.h)
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/store_look.h"

enum {
	ALERT_COLUMNS = 22
};

struct outcome {
	struct db *db;
	const void *scratch;
	instant now;
	struct db_array *alerts[ALERT_COLUMNS], *moves[7], *losses[7];
};

static void new_columns(const void *scratch, struct db_array **columns, const enum db_type *types,
			size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		columns[i] = db_array_new(scratch, types[i], 16);
}

static void put_json(struct db_array *a, const void *scratch, const struct json *v)
{
	const char *text;
	size_t length;

	if (v == NULL) {
		db_array_null(a);
		return;
	}
	text = json_of_value(scratch, v, &length);
	db_array_bytes(a, text, length);
}

static void put_integer(struct db_array *a, bool there, int64_t value)
{
	if (there)
		db_array_integer(a, value);
	else
		db_array_null(a);
}

static void add_alert(struct outcome *o, const struct look *l, const struct candidate *c)
{
	struct db_array **a = o->alerts;

	db_array_text(a[0], l->m->member_id);
	db_array_text(a[1], c->alert_id);
	db_array_text(a[2], c->rule->rule_id);
	db_array_integer(a[3], c->rule->version);
	db_array_text(a[4], c->occasion);
	db_array_text(a[5], c->rule->kind);
	db_array_text(a[6], c->rule->category);
	db_array_integer(a[7], c->rule->promotional);
	db_array_integer(a[8], c->held_out ? ALERT_HELD_OUT : ALERT_NEW);
	db_array_integer(a[9], c->rule->priority);
	db_array_real(a[10], c->value);
	put_json(a[11], o->scratch, c->facts);
	db_array_text(a[12], c->sentence);
	db_array_text(a[13], c->action);
	db_array_text(a[14], c->rule->link);
	if (c->deadline == INSTANT_NONE)
		db_array_null(a[15]);
	else
		db_array_instant(a[15], c->deadline);
	db_array_instant(a[16], c->valid_until);
	put_integer(a[17], c->has_points, c->points);
	put_integer(a[18], c->has_value, c->value_minor);
	db_array_text(a[19], c->currency);
	put_json(a[20], o->scratch, c->lots);
	db_array_real(a[21], c->held_share);
}

static void add_loss(struct outcome *o, const struct look *l, const struct candidate *c)
{
	db_array_text(o->losses[0], l->m->member_id);
	db_array_text(o->losses[1], c->rule->rule_id);
	db_array_text(o->losses[2], c->occasion);
	db_array_text(o->losses[3], loss_name(c->loss));
	db_array_integer(o->losses[4], c->rule->version);
	db_array_real(o->losses[5], c->value);
	db_array_text(o->losses[6], c->detail);
}

static void add_move(struct outcome *o, const struct look *l, const struct past_alert *p)
{
	db_array_text(o->moves[0], l->m->member_id);
	db_array_text(o->moves[1], p->alert_id);
	db_array_integer(o->moves[2], p->next);
	db_array_integer(o->moves[3], p->next_points);
	put_json(o->moves[4], o->scratch, p->updated ? p->next_facts : NULL);
	put_json(o->moves[5], o->scratch, p->updated ? p->next_lots : NULL);
	db_array_text(o->moves[6], p->updated ? p->next_sentence : NULL);
}

static void add_look(struct outcome *o, const struct look *l)
{
	size_t i;

	for (i = 0; i < l->past_count; i++)
		if (l->past[i].next != l->past[i].state || l->past[i].updated)
			add_move(o, l, &l->past[i]);
	for (i = 0; i < l->count; i++) {
		if (l->candidates[i].loss == LOSS_NONE || l->candidates[i].held_out)
			add_alert(o, l, &l->candidates[i]);
		if (l->candidates[i].loss != LOSS_NONE)
			add_loss(o, l, &l->candidates[i]);
	}
}

/* --- when next ---------------------------------------------------------------------------------------------
 */

static const struct json *watched_facts(const struct look *l)
{
	struct json_writer *w = json_writer_new(l);
	const struct json *v;
	const char *error, *text;
	size_t i, length;

	json_open_object(w, NULL);
	for (i = 0; i < l->catalogue->watched_count; i++)
		if ((v = json_get(l->m->facts, l->catalogue->watched[i])) != NULL)
			json_put_value(w, v->name, v);
		else
			json_put_null(w, l->catalogue->watched[i]);
	json_close(w);
	text = json_text(w, &length);
	return json_parse(l, text, length, &error);
}

static void move_pending(struct outcome *o, const struct claimed *claimed, struct look *const *looks,
			 size_t count)
{
	static const enum db_type types[4] = {DB_TEXT, DB_TIMESTAMPTZ, DB_TIMESTAMPTZ, DB_JSON};
	struct db_array *c[4];
	size_t i;

	new_columns(o->scratch, c, types, 4);
	for (i = 0; i < count; i++) {
		db_array_text(c[0], claimed[i].member_id);
		if (looks[i])
			db_array_instant(c[1], looks[i]->next);
		else
			db_array_null(c[1]);
		if (looks[i] && !looks[i]->again)
			db_array_instant(c[2], o->now);
		else
			db_array_null(c[2]);
		put_json(c[3], o->scratch, looks[i] ? watched_facts(looks[i]) : NULL);
	}
	db_query(o->db, o->scratch, SQL_ENGAGEMENT_MOVE_PENDING, "aaaa", c[0], c[1], c[2], c[3]);
}

/* --- the whole ---------------------------------------------------------------------------------------------
 */

static const struct candidate *told(const struct look *l, const char *alert_id)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->candidates[i].loss == LOSS_NONE && strcmp(l->candidates[i].alert_id, alert_id) == 0)
			return &l->candidates[i];
	return NULL;
}

/* Of those that were new, the ones that are told. */
static struct log_event *events_of(struct outcome *o, const struct rows *made, struct look *const *looks,
				   size_t count, size_t *event_count)
{
	struct log_event *events = talloc_zero_array(o->scratch, struct log_event, rows_count(made) + 1);
	const struct candidate *c;
	size_t i, k;

	*event_count = 0;
	for (i = 0; i < rows_count(made); i++)
		for (k = 0; k < count; k++)
			if (looks[k] && strcmp(looks[k]->m->member_id, row_text(made, i, 0)) == 0 &&
			    (c = told(looks[k], row_text(made, i, 1))) != NULL)
				alert_event(events, &events[(*event_count)++], looks[k], c);
	return events;
}

static struct rows *put_alerts(struct outcome *o)
{
	struct db_array **a = o->alerts;

	if (db_array_count(a[0]) == 0)
		return NULL;
	return db_query(o->db, o->scratch, SQL_ENGAGEMENT_PUT_ALERTS, "aaaaaaaaaaaaaaaaaaaaaaz", a[0], a[1],
			a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14],
			a[15], a[16], a[17], a[18], a[19], a[20], a[21], o->now);
}

struct log_event *store_outcomes(struct db *db, const void *scratch, const struct catalogue *c,
				 const char *instance, const struct claimed *claimed,
				 struct look *const *looks, size_t count, instant now, size_t *event_count)
{
	static const enum db_type alert_types[ALERT_COLUMNS] = {
		DB_TEXT,        DB_TEXT, DB_TEXT,   DB_INT4, DB_TEXT, DB_TEXT,  DB_TEXT, DB_BOOL,
		DB_INT2,        DB_INT2, DB_FLOAT8, DB_JSON, DB_TEXT, DB_TEXT,  DB_TEXT, DB_TIMESTAMPTZ,
		DB_TIMESTAMPTZ, DB_INT8, DB_INT8,   DB_TEXT, DB_JSON, DB_FLOAT8};
	static const enum db_type move_types[7] = {DB_TEXT, DB_TEXT, DB_INT2, DB_INT8,
						   DB_JSON, DB_JSON, DB_TEXT};
	static const enum db_type loss_types[7] = {DB_TEXT, DB_TEXT,   DB_TEXT, DB_TEXT,
						   DB_INT4, DB_FLOAT8, DB_TEXT};
	struct outcome o = {.db = db, .scratch = scratch, .now = now};
	struct rows *made;
	size_t i;

	new_columns(scratch, o.alerts, alert_types, ALERT_COLUMNS);
	new_columns(scratch, o.moves, move_types, 7);
	new_columns(scratch, o.losses, loss_types, 7);
	for (i = 0; i < count; i++)
		if (looks[i])
			add_look(&o, looks[i]);
	move_pending(&o, claimed, looks, count);
	made = put_alerts(&o);
	store_counts(db, scratch, c, instance, looks, count, made);
	if (db_array_count(o.moves[0]) > 0)
		db_query(db, scratch, SQL_ENGAGEMENT_MOVE_ALERTS, "aaaaaaazt", o.moves[0], o.moves[1],
			 o.moves[2], o.moves[3], o.moves[4], o.moves[5], o.moves[6], now, instance);
	if (db_array_count(o.losses[0]) > 0)
		db_query(db, scratch, SQL_ENGAGEMENT_PUT_DECISIONS, "aaaaaaaz", o.losses[0], o.losses[1],
			 o.losses[2], o.losses[3], o.losses[4], o.losses[5], o.losses[6], now);
	return events_of(&o, made, looks, count, event_count);
}
