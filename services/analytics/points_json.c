/*
 * points_json.c - ledgers and lots as JSON, in arrays to be short
 */
#include <talloc.h>

#include "services/analytics/json_rows.h"
#include "services/analytics/points.h"

static void put_instant(struct json_writer *w, instant t)
{
	if (t == INSTANT_NONE)
		json_put_null(w, NULL);
	else
		json_put_integer(w, NULL, t);
}

void ledger_encode(struct json_writer *w, const struct ledger *l)
{
	const struct movement *m;
	size_t i;

	json_open_array(w, NULL);
	for (i = 0; i < l->count; i++) {
		m = &l->entries[i];
		json_open_array(w, NULL);
		json_put_integer(w, NULL, m->time);
		json_put_integer(w, NULL, m->kind);
		json_put_integer(w, NULL, m->points);
		put_instant(w, m->expires);
		json_put_text(w, NULL, m->ref);
		if (m->lot[0])
			json_put_text(w, NULL, m->lot);
		json_close(w);
	}
	json_close(w);
}

void ledger_decode(const void *parent, const struct json *array, struct ledger *l)
{
	const struct json *v;
	struct movement m;

	*l = (struct ledger){0};
	for (v = array ? array->first : NULL; v; v = v->next) {
		m = (struct movement){
			row_integer_at(v, 0, 0), (enum movement_kind)row_integer_at(v, 1, MOVEMENT_EARN),
			row_integer_at(v, 2, 0), row_integer_at(v, 3, INSTANT_NONE),
			row_text_at(v, 4),       row_text_at(v, 5)};
		ledger_add(parent, l, &m);
	}
}

void points_encode(struct json_writer *w, const struct points *p)
{
	size_t i;

	json_put_integer(w, "debt", p->debt);
	json_open_array(w, "lots");
	for (i = 0; i < p->lot_count; i++) {
		json_open_array(w, NULL);
		json_put_text(w, NULL, p->lots[i].ref);
		put_instant(w, p->lots[i].earned);
		put_instant(w, p->lots[i].expires);
		json_put_integer(w, NULL, p->lots[i].remaining);
		json_close(w);
	}
	json_close(w);
	json_open_array(w, "expiries");
	for (i = 0; i < p->expiry_count; i++) {
		json_open_array(w, NULL);
		json_put_integer(w, NULL, p->expiries[i].day);
		json_put_integer(w, NULL, p->expiries[i].points);
		json_close(w);
	}
	json_close(w);
}

/* balance and expired are columns of their own and are set by the caller. */
void points_decode(const void *parent, const struct json *object, struct points *p)
{
	const struct json *lots = json_get(object, "lots"), *expiries = json_get(object, "expiries"), *v;

	p->debt = json_get_integer(object, "debt", 0);
	p->lots = talloc_array(parent, struct lot, lots ? lots->count + 1 : 1);
	for (v = lots ? lots->first : NULL; v; v = v->next)
		p->lots[p->lot_count++] = (struct lot){row_text_at(v, 0), row_integer_at(v, 1, INSTANT_NONE),
						       row_integer_at(v, 2, INSTANT_NONE),
						       row_integer_at(v, 3, 0)};
	p->expiries = talloc_array(parent, struct expiry, expiries ? expiries->count + 1 : 1);
	for (v = expiries ? expiries->first : NULL; v; v = v->next)
		p->expiries[p->expiry_count++] = (struct expiry){(day)row_integer_at(v, 0, 0),
								 row_integer_at(v, 1, 0)};
}
