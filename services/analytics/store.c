/*
 * store.c - the daemon's rows as plain structs, and back
 *
 * The only file that knows the order of columns. What is read in bulk comes back in the order it
 * was asked for, with NULL where there is no row.
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "gen/sql/analytics.h"
#include "services/analytics/dashboard.h"

static instant instant_or_none(const struct rows *r, size_t row, int column)
{
	return row_null(r, row, column) ? INSTANT_NONE : row_instant(r, row, column);
}

static void put_instant_or_null(struct db_array *a, instant t)
{
	if (t == INSTANT_NONE)
		db_array_null(a);
	else
		db_array_instant(a, t);
}

static const char *text_or_null(const void *parent, const struct rows *r, size_t row, int column)
{
	const char *text = row_text(r, row, column);

	return text ? talloc_strdup(parent, text) : NULL;
}

static struct db_array *text_array(const void *scratch, const char *const *texts, size_t count)
{
	struct db_array *a = db_array_new(scratch, DB_TEXT, count);
	size_t i;

	for (i = 0; i < count; i++)
		db_array_text(a, texts[i]);
	return a;
}

static struct month *month_of(const void *parent, const struct rows *r, size_t i)
{
	struct month *m = month_new(parent, "", row_day(r, i, 1));
	const char *text[4];
	size_t length[4];
	int k;

	m->member_id = talloc_strdup(m, row_text(r, i, 0));
	for (k = 0; k < 4; k++)
		text[k] = row_bytes(r, i, 2 + k, &length[k]);
	month_decode(m, text[0], length[0], text[1], length[1], text[2], length[2], text[3], length[3]);
	return m;
}

static struct month **months_of(const void *parent, const struct rows *r, size_t *count)
{
	struct month **out;
	size_t i;

	*count = rows_count(r);
	out = talloc_zero_array(parent, struct month *, *count + 1);
	for (i = 0; i < *count; i++)
		out[i] = month_of(out, r, i);
	return out;
}

/* --- members --------------------------------------------------------------------------------------- */

static struct member *member_of(const void *parent, const struct rows *r, size_t i)
{
	struct member *m = member_new(parent, row_text(r, i, 0), (int)row_integer(r, i, 1),
				      row_integer(r, i, 2));
	const char *error, *state;
	size_t length;

	m->stored = true;
	m->position = row_integer(r, i, 3);
	m->last_event_at = row_instant(r, i, 4);
	m->enrolled_at = instant_or_none(r, i, 5);
	m->profile_time = instant_or_none(r, i, 6);
	m->time_zone = text_or_null(m, r, i, 7);
	m->locale = text_or_null(m, r, i, 8);
	m->region = text_or_null(m, r, i, 9);
	m->birth_date = row_null(r, i, 10) ? DAY_NONE : row_day(r, i, 10);
	m->tier = text_or_null(m, r, i, 11);
	m->tier_since = instant_or_none(r, i, 12);
	m->tier_valid_until = instant_or_none(r, i, 13);
	m->transactions = row_integer(r, i, 14);
	m->reversals = row_integer(r, i, 15);
	m->first_transaction_at = instant_or_none(r, i, 16);
	m->last_transaction_at = instant_or_none(r, i, 17);
	m->points.balance = row_integer(r, i, 18);
	m->points_earned = row_integer(r, i, 19);
	m->points_redeemed = row_integer(r, i, 20);
	m->points.expired = row_integer(r, i, 21);
	state = row_bytes(r, i, 22, &length);
	member_decode_state(m, json_parse(m, state, length, &error));
	return m;
}

struct member *store_member(struct db *db, const void *parent, const char *member_id, day from, day to,
			    struct month ***months, size_t *count)
{
	struct rows *member, *r;
	struct member *m;

	db_send(db, SQL_ANALYTICS_GET_MEMBERS, "a", text_array(parent, &member_id, 1));
	db_send(db, SQL_ANALYTICS_GET_MEMBER_MONTHS, "tdd", member_id, from, to);
	member = db_next(db, parent);
	r = db_next(db, parent);
	if (rows_count(member) == 0 || db_failed(db))
		return NULL;
	m = member_of(parent, member, 0);
	*months = months_of(parent, r, count);
	return m;
}

struct member **store_members(struct db *db, const void *parent, const char *const *ids, size_t count)
{
	struct member **out = talloc_zero_array(parent, struct member *, count + 1), *m;
	struct rows *r = db_query(db, out, SQL_ANALYTICS_GET_MEMBERS, "a", text_array(out, ids, count));
	size_t i, k, n = rows_count(r);

	for (i = 0, k = 0; i < n; i++) {
		m = member_of(parent, r, i);
		/* Rows mostly come in the order asked; start looking where the last one was. */
		for (size_t tries = 0; tries < count; tries++, k = (k + 1) % count)
			if (strcmp(ids[k], m->member_id) == 0)
				break;
		out[k] = m;
	}
	talloc_free(r);
	return db_failed(db) ? NULL : out;
}

/* One array per column of put_members.sql, in its order. */
enum {
	MEMBER_COLUMNS = 27
};
static const enum db_type member_types[MEMBER_COLUMNS] = {
	DB_TEXT, DB_INT2, DB_INT8, DB_INT8, DB_TIMESTAMPTZ, DB_TIMESTAMPTZ, DB_TIMESTAMPTZ,
	DB_TEXT, DB_TEXT, DB_TEXT, DB_DATE, DB_TEXT,        DB_TIMESTAMPTZ, DB_TIMESTAMPTZ,
	DB_INT8, DB_INT8, DB_TEXT, DB_INT8, DB_TIMESTAMPTZ, DB_TIMESTAMPTZ, DB_TEXT,
	DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_TIMESTAMPTZ, DB_JSON,
};

static instant next_expiry(const struct points *p)
{
	return p->lot_count > 0 ? p->lots[0].expires : INSTANT_NONE;
}

static void put_member(struct db_array *c[MEMBER_COLUMNS], struct json_writer *w, const struct member *m)
{
	const struct currency_sum *main_sum = member_main_currency(m);
	size_t length;
	const char *state;

	db_array_text(c[0], m->member_id);
	db_array_integer(c[1], m->shard);
	db_array_integer(c[2], m->first_position);
	db_array_integer(c[3], m->position);
	db_array_instant(c[4], m->last_event_at);
	put_instant_or_null(c[5], m->enrolled_at);
	put_instant_or_null(c[6], m->profile_time);
	db_array_text(c[7], m->time_zone);
	db_array_text(c[8], m->locale);
	db_array_text(c[9], m->region);
	if (m->birth_date == DAY_NONE)
		db_array_null(c[10]);
	else
		db_array_day(c[10], m->birth_date);
	db_array_text(c[11], m->tier);
	put_instant_or_null(c[12], m->tier_since);
	put_instant_or_null(c[13], m->tier_valid_until);
	db_array_integer(c[14], m->transactions);
	db_array_integer(c[15], m->reversals);
	db_array_text(c[16], main_sum ? main_sum->currency : NULL);
	db_array_integer(c[17], main_sum ? main_sum->spend_minor : 0);
	put_instant_or_null(c[18], m->first_transaction_at);
	put_instant_or_null(c[19], m->last_transaction_at);
	db_array_text(c[20], member_favourite_channel(m));
	db_array_integer(c[21], m->points.balance);
	db_array_integer(c[22], m->points_earned);
	db_array_integer(c[23], m->points_redeemed);
	db_array_integer(c[24], m->points.expired);
	put_instant_or_null(c[25], next_expiry(&m->points));
	json_writer_reset(w);
	member_encode_state(w, m);
	state = json_text(w, &length);
	db_array_bytes(c[26], state, length);
}

void store_put_members(struct db *db, const void *scratch, struct member *const *members, size_t count)
{
	struct db_array *c[MEMBER_COLUMNS];
	struct json_writer *w = json_writer_new(scratch);
	size_t i;

	for (i = 0; i < MEMBER_COLUMNS; i++)
		c[i] = db_array_new(scratch, member_types[i], count * (i == MEMBER_COLUMNS - 1 ? 40 : 2));
	for (i = 0; i < count; i++)
		put_member(c, w, members[i]);
	db_send(db, SQL_ANALYTICS_PUT_MEMBERS, "aaaaaaaaaaaaaaaaaaaaaaaaaaa", c[0], c[1], c[2], c[3], c[4],
		c[5], c[6], c[7], c[8], c[9], c[10], c[11], c[12], c[13], c[14], c[15], c[16], c[17], c[18],
		c[19], c[20], c[21], c[22], c[23], c[24], c[25], c[26]);
}

/* --- months ---------------------------------------------------------------------------------------- */

struct month **store_months(struct db *db, const void *parent, const char *const *ids, const day *starts,
			    size_t count)
{
	struct month **out = talloc_zero_array(parent, struct month *, count + 1), *m;
	struct db_array *days = db_array_new(out, DB_DATE, count);
	struct rows *r;
	size_t i, k, n;

	for (i = 0; i < count; i++)
		db_array_day(days, starts[i]);
	r = db_query(db, out, SQL_ANALYTICS_GET_MONTHS, "aa", text_array(out, ids, count), days);
	n = rows_count(r);
	for (i = 0, k = 0; i < n; i++) {
		m = month_of(parent, r, i);
		for (size_t tries = 0; tries < count; tries++, k = (k + 1) % count)
			if (starts[k] == m->start && strcmp(ids[k], m->member_id) == 0)
				break;
		out[k] = m;
	}
	talloc_free(r);
	return db_failed(db) ? NULL : out;
}

void store_put_months(struct db *db, const void *scratch, struct month *const *months, size_t count)
{
	static void (*const encode[4])(struct json_writer *, const struct month *) = {
		month_encode_spend, month_encode_merchants, month_encode_channels, month_encode_points};
	struct db_array *ids = db_array_new(scratch, DB_TEXT, count * 2),
			*starts = db_array_new(scratch, DB_DATE, count);
	struct db_array *columns[4];
	struct json_writer *w = json_writer_new(scratch);
	const char *text;
	size_t i, k, length;

	for (k = 0; k < 4; k++)
		columns[k] = db_array_new(scratch, DB_JSON, count * 10);
	for (i = 0; i < count; i++) {
		db_array_text(ids, months[i]->member_id);
		db_array_day(starts, months[i]->start);
		for (k = 0; k < 4; k++) {
			json_writer_reset(w);
			encode[k](w, months[i]);
			text = json_text(w, &length);
			db_array_bytes(columns[k], text, length);
		}
	}
	db_send(db, SQL_ANALYTICS_PUT_MONTHS, "aaaaaa", ids, starts, columns[0], columns[1], columns[2],
		columns[3]);
}

void store_delete_months(struct db *db, const void *scratch, const char *const *ids, size_t count)
{
	db_send(db, SQL_ANALYTICS_DELETE_MONTHS, "a", text_array(scratch, ids, count));
}

/* --- ledgers --------------------------------------------------------------------------------------- */

struct ledger **store_ledgers(struct db *db, const void *parent, const char *const *ids, size_t count)
{
	struct ledger **out = talloc_zero_array(parent, struct ledger *, count + 1);
	struct rows *r = db_query(db, out, SQL_ANALYTICS_GET_LEDGERS, "a", text_array(out, ids, count));
	const char *text, *error;
	size_t i, k, length, n = rows_count(r);

	for (i = 0, k = 0; i < n; i++) {
		for (size_t tries = 0; tries < count; tries++, k = (k + 1) % count)
			if (strcmp(ids[k], row_text(r, i, 0)) == 0)
				break;
		text = row_bytes(r, i, 1, &length);
		out[k] = talloc_zero(out, struct ledger);
		ledger_decode(out, json_parse(out, text, length, &error), out[k]);
	}
	talloc_free(r);
	return db_failed(db) ? NULL : out;
}

void store_put_ledgers(struct db *db, const void *scratch, const char *const *ids,
		       struct ledger *const *ledgers, size_t count)
{
	struct db_array *entries = db_array_new(scratch, DB_JSON, count * 20);
	struct json_writer *w = json_writer_new(scratch);
	const char *text;
	size_t i, length;

	for (i = 0; i < count; i++) {
		json_writer_reset(w);
		ledger_encode(w, ledgers[i]);
		text = json_text(w, &length);
		db_array_bytes(entries, text, length);
	}
	db_send(db, SQL_ANALYTICS_PUT_LEDGERS, "aa", text_array(scratch, ids, count), entries);
}

/* --- events and catalogue ---------------------------------------------------------------------------- */

struct log_event *store_member_events(struct db *db, const void *parent, int shard, int64_t from, int64_t to,
				      const char *member_id, size_t *count)
{
	struct rows *r = db_query(db, parent, SQL_ANALYTICS_GET_MEMBER_EVENTS, "hiit", shard, from, to,
				  member_id);
	struct log_event *out;
	const char *error;
	size_t i;

	*count = rows_count(r);
	out = talloc_zero_array(parent, struct log_event, *count + 1);
	for (i = 0; i < *count; i++) {
		out[i].shard = shard;
		out[i].position = row_integer(r, i, 1);
		out[i].type = row_text(r, i, 2);
		out[i].subject = row_text(r, i, 3);
		out[i].time = row_instant(r, i, 4);
		out[i].body = row_bytes(r, i, 6, &out[i].length);
		out[i].json = json_parse(parent, out[i].body, out[i].length, &error);
		out[i].data = json_get(out[i].json, "data");
		out[i].id = json_get_text(out[i].json, "id", "");
		out[i].source = json_get_text(out[i].json, "source", "");
	}
	return out;
}

/* A member of the data as JSON text, or NULL. */
static const char *json_member(const void *parent, const struct json *object, const char *name)
{
	const struct json *v = json_get(object, name);
	struct json_writer *w;

	if (v == NULL || v->kind == JSON_NULL)
		return NULL;
	w = json_writer_new(parent);
	json_put_value(w, NULL, v);
	return json_text(w, NULL);
}

static instant instant_member(const struct json *data, const char *name, instant fallback)
{
	const char *text = json_get_text(data, name, NULL);
	instant t;

	return text && instant_parse(text, &t) ? t : fallback;
}

static void queue_offer(struct db *db, const void *scratch, const struct log_event *e)
{
	const char *promotion = json_member(scratch, e->data, "promotion");
	instant until = instant_member(e->data, "valid_to", INSTANT_MAX);

	if (json_get(e->data, "points_multiplier") == NULL && promotion == NULL)
		return;
	db_query(db, scratch, SQL_ANALYTICS_PUT_OFFER, "tzzftz", json_get_text(e->data, "category", ""),
		 instant_member(e->data, "valid_from", e->time), until,
		 json_get_real(e->data, "points_multiplier", 1), promotion, e->time);
}

void store_put_category(struct db *db, const void *scratch, const struct log_event *e)
{
	db_query(db, scratch, SQL_ANALYTICS_PUT_CATEGORY, "tttotz", json_get_text(e->data, "category", ""),
		 json_get_text(e->data, "name", ""), json_get_text(e->data, "parent", NULL),
		 (int)json_get_boolean(e->data, "active", true), json_member(scratch, e->data, "rewards"),
		 e->time);
	queue_offer(db, scratch, e);
	db_query(db, scratch, SQL_ANALYTICS_BUMP_CATALOGUE, "");
}

static void read_programme(struct catalogue *c, const struct rows *r)
{
	if (rows_count(r) != 1)
		return;
	c->zone = tz_find(row_text(r, 0, 0));
	if (c->zone == NULL)
		c->zone = tz_utc();
	c->currency = talloc_strdup(c, row_text(r, 0, 1));
	c->version = row_integer(r, 0, 2);
	c->benchmarks = row_boolean(r, 0, 3);
}

static void read_tiers(struct catalogue *c, const struct rows *r)
{
	size_t i;

	c->tier_count = rows_count(r);
	c->tiers = talloc_zero_array(c, struct tier, c->tier_count + 1);
	for (i = 0; i < c->tier_count; i++)
		c->tiers[i] = (struct tier){talloc_strdup(c, row_text(r, i, 0)), row_integer(r, i, 1),
					    row_integer(r, i, 2), row_integer(r, i, 3)};
}

static void read_categories(struct catalogue *c, const struct rows *r)
{
	size_t i;

	c->category_count = rows_count(r);
	c->categories = talloc_zero_array(c, struct category, c->category_count + 1);
	for (i = 0; i < c->category_count; i++)
		c->categories[i] = (struct category){talloc_strdup(c, row_text(r, i, 0)),
						     talloc_strdup(c, row_text(r, i, 1)),
						     row_boolean(r, i, 2)};
}

static void read_offers(struct catalogue *c, const struct rows *r)
{
	size_t i;

	c->offer_count = rows_count(r);
	c->offers = talloc_zero_array(c, struct offer, c->offer_count + 1);
	for (i = 0; i < c->offer_count; i++)
		c->offers[i] = (struct offer){talloc_strdup(c, row_text(r, i, 0)), row_instant(r, i, 1),
					      row_null(r, i, 2) ? INSTANT_MAX : row_instant(r, i, 2),
					      row_real(r, i, 3), text_or_null(c, r, i, 4)};
}

struct catalogue *store_catalogue(struct db *db, const void *parent)
{
	struct catalogue *c = talloc_zero(parent, struct catalogue);

	db_send(db, SQL_ANALYTICS_GET_PROGRAMME, "");
	db_send(db, SQL_ANALYTICS_GET_TIERS, "");
	db_send(db, SQL_ANALYTICS_GET_CATEGORIES, "");
	db_send(db, SQL_ANALYTICS_GET_OFFERS, "");
	read_programme(c, db_next(db, c));
	read_tiers(c, db_next(db, c));
	read_categories(c, db_next(db, c));
	read_offers(c, db_next(db, c));
	if (!db_failed(db))
		return c;
	talloc_free(c);
	return NULL;
}

int64_t store_catalogue_version(struct db *db, const void *scratch)
{
	struct rows *r = db_query(db, scratch, SQL_ANALYTICS_GET_PROGRAMME, "");

	return rows_count(r) == 1 ? row_integer(r, 0, 2) : -1;
}

struct benchmark *store_benchmarks(struct db *db, const void *parent, const struct period *p,
				   const char *currency, const char *region, size_t *count)
{
	struct rows *r = db_query(db, parent, SQL_ANALYTICS_GET_BENCHMARKS, "ddtt", day_month_start(p->from),
				  p->to, currency, region ? region : "");
	struct benchmark *out;
	size_t i;

	*count = rows_count(r);
	out = talloc_array(parent, struct benchmark, *count + 1);
	for (i = 0; i < *count; i++)
		out[i] = (struct benchmark){row_text(r, i, 0), row_text(r, i, 1), row_day(r, i, 2),
					    row_integer(r, i, 3)};
	return out;
}
