/*
 * store_peers.c - what similar members and the market spend, and the count that finds it out
 */
#include <talloc.h>

#include "gen/sql/analytics.h"
#include "services/analytics/store_insights.h"

struct circle_columns {
	struct db_array *key, *tier, *region, *currency, *from, *to;
};

static struct circle_columns columns_of(const void *scratch, const struct circle *circles, size_t count)
{
	struct circle_columns c = {
		db_array_new(scratch, DB_INT8, count),     db_array_new(scratch, DB_TEXT, count * 2),
		db_array_new(scratch, DB_TEXT, count * 2), db_array_new(scratch, DB_TEXT, count),
		db_array_new(scratch, DB_DATE, count),     db_array_new(scratch, DB_DATE, count)};
	size_t i;

	for (i = 0; i < count; i++) {
		db_array_integer(c.key, (int64_t)i);
		db_array_text(c.tier, circles[i].tier ? circles[i].tier : "");
		db_array_text(c.region, circles[i].region ? circles[i].region : "");
		db_array_text(c.currency, circles[i].currency ? circles[i].currency : "");
		db_array_day(c.from, circles[i].from);
		db_array_day(c.to, circles[i].to);
	}
	return c;
}

struct peer *store_peers(struct db *db, const void *parent, const struct circle *circles, size_t count,
			 size_t *rows)
{
	struct circle_columns c = columns_of(parent, circles, count);
	struct rows *r = db_query(db, parent, SQL_ANALYTICS_GET_PEERS, "aaaaaai", c.key, c.tier, c.region,
				  c.currency, c.from, c.to, (int64_t)PEERS_LEAST);
	struct peer *out;
	size_t i;

	*rows = rows_count(r);
	out = talloc_array(parent, struct peer, *rows + 1);
	for (i = 0; i < *rows; i++)
		out[i] = (struct peer){(size_t)row_integer(r, i, 0),
				       row_day(r, i, 1),
				       row_text(r, i, 2),
				       row_text(r, i, 3),
				       row_real(r, i, 4),
				       row_integer(r, i, 5)};
	return out;
}

struct market *store_markets(struct db *db, const void *parent, const struct circle *circles, size_t count,
			     size_t *rows)
{
	struct circle_columns c = columns_of(parent, circles, count);
	struct rows *r = db_query(db, parent, SQL_ANALYTICS_GET_MARKETS, "aaaa", c.key, c.region, c.currency,
				  c.from);
	struct market *out;
	size_t i;

	*rows = rows_count(r);
	out = talloc_array(parent, struct market, *rows + 1);
	for (i = 0; i < *rows; i++)
		out[i] = (struct market){(size_t)row_integer(r, i, 0), row_text(r, i, 1), row_text(r, i, 2),
					 row_integer(r, i, 3)};
	return out;
}

int64_t store_peer_version(struct db *db, const void *scratch)
{
	struct rows *r = db_query(db, scratch, SQL_ANALYTICS_GET_PEER_VERSION, "");

	return rows_count(r) == 1 ? row_integer(r, 0, 0) : 0;
}

/* --- counting -------------------------------------------------------------------------------------- */

struct peer_pass *store_hold_peer_pass(struct db *db, const void *parent)
{
	struct rows *r = db_query(db, parent, SQL_ANALYTICS_HOLD_PEER_PASS, "");
	struct peer_pass *p;

	if (rows_count(r) != 1)
		return NULL;
	p = talloc_zero(parent, struct peer_pass);
	p->pass = row_integer(r, 0, 0);
	p->after = row_text(r, 0, 1);
	p->from = row_null(r, 0, 2) ? DAY_NONE : row_day(r, 0, 2);
	p->to = row_null(r, 0, 3) ? DAY_NONE : row_day(r, 0, 3);
	p->events = row_integer(r, 0, 4);
	p->finished = row_null(r, 0, 5) ? INSTANT_NONE : row_instant(r, 0, 5);
	return p;
}

int64_t store_log_count(struct db *db, const void *scratch)
{
	struct rows *r = db_query(db, scratch, SQL_ANALYTICS_COUNT_LOG, "");

	return rows_count(r) == 1 ? row_integer(r, 0, 0) : 0;
}

void store_start_peer_pass(struct db *db, const void *scratch, day from, day to, int64_t events)
{
	db_query(db, scratch, SQL_ANALYTICS_START_PEER_PASS, "ddi", from, to, events);
}

bool store_count_peers(struct db *db, const void *scratch, const struct peer_pass *p, int64_t members)
{
	struct rows *slice = db_query(db, scratch, SQL_ANALYTICS_GET_PEER_SLICE, "ti", p->after, members);
	const char *last;

	if (rows_count(slice) != 1 || row_integer(slice, 0, 0) == 0)
		return false;
	last = row_text(slice, 0, 1);
	db_send(db, SQL_ANALYTICS_ADD_PEER_SUMS, "ttidd", p->after, last, p->pass, p->from, p->to);
	db_send(db, SQL_ANALYTICS_MOVE_PEER_PASS, "t", last);
	db_next(db, scratch);
	db_next(db, scratch);
	return true;
}

void store_finish_peer_pass(struct db *db, const void *scratch, const struct peer_pass *p)
{
	db_send(db, SQL_ANALYTICS_PUBLISH_PEER_MONTHS, "idd", p->pass, p->from, p->to);
	db_send(db, SQL_ANALYTICS_FINISH_PEER_PASS, "");
	db_next(db, scratch);
	db_next(db, scratch);
}

bool store_delete_old_peers(struct db *db, const void *scratch, int64_t pass, int64_t most)
{
	return rows_affected(db_query(db, scratch, SQL_ANALYTICS_DELETE_OLD_PEERS, "ii", pass, most)) == most;
}
