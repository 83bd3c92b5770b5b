/*
 * consumer.c - takes shards that a group is behind in, applies a batch, moves the positions
 *
 * Everything happens in one transaction: claim (FOR UPDATE SKIP LOCKED), read, apply, move,
 * commit. kill -9 anywhere loses and doubles nothing, and instances share the work without
 * knowing of each other. When a batch fails for a reason of its own it is tried again event by
 * event, so that one poisonous event becomes a dead letter and the rest go on.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "common/loop.h"
#include "gen/sql/common.h"

enum {
	SHARDS_AT_ONCE = 8
};

struct claim {
	size_t count;
	size_t read; /* events, with the unreadable ones */
	int shard[SHARDS_AT_ONCE];
	int64_t position[SHARDS_AT_ONCE]; /* applied so far */
	int64_t until[SHARDS_AT_ONCE];    /* head, or where the followed group is */
	int64_t reached[SHARDS_AT_ONCE];  /* after this batch */
	int64_t cached[SHARDS_AT_ONCE];   /* caches are known to be dropped up to here */
};

void batch_reject(struct batch *b, const struct log_event *e, const char *pointer, const char *format, ...)
{
	va_list values;
	char *reason;

	va_start(values, format);
	reason = talloc_vasprintf(b->events, format, values);
	va_end(values);
	log_warning("dead letter group=%s type=%s shard=%d position=%lld reason=\"%s\"", b->group, e->type,
		    e->shard, (long long)e->position, reason);
	metric_add(b->daemon->loop->dead_letters, b->group, 1);
	db_query(b->db, b->events, SQL_COMMON_PUT_DEAD_LETTER, "thitt", b->group, e->shard, e->position,
		 reason, pointer);
}

static bool claim_shards(struct daemon *d, const void *scratch, const struct subscription *s, int most,
			 struct claim *c)
{
	struct rows *rows;
	size_t i;

	/* Effects and position commit together, so losing the last commits only means doing them again. */
	db_begin(d->db, "SET LOCAL synchronous_commit = off");
	if (s->follows)
		db_send(d->db, SQL_COMMON_CLAIM_SHARDS_FOLLOWING, "tit", s->group, (int64_t)most, s->follows);
	else
		db_send(d->db, SQL_COMMON_CLAIM_SHARDS, "ti", s->group, (int64_t)most);
	rows = db_next(d->db, scratch);
	c->count = rows_count(rows);
	for (i = 0; i < c->count; i++) {
		c->shard[i] = (int)row_integer(rows, i, 0);
		c->position[i] = c->reached[i] = row_integer(rows, i, 1);
		c->until[i] = row_integer(rows, i, 2);
		c->cached[i] = row_integer(rows, i, 3);
	}
	return !db_failed(d->db) && c->count > 0;
}

static bool read_event(const void *scratch, const struct rows *rows, size_t i, struct log_event *e)
{
	const char *error;

	e->shard = (int)row_integer(rows, i, 0);
	e->position = row_integer(rows, i, 1);
	e->type = row_text(rows, i, 2);
	e->subject = row_text(rows, i, 3);
	e->time = row_instant(rows, i, 4);
	e->received = row_instant(rows, i, 5);
	e->body = row_bytes(rows, i, 6, &e->length);
	e->json = json_parse(scratch, e->body, e->length, &error);
	e->data = json_get(e->json, "data");
	e->id = json_get_text(e->json, "id", "");
	e->source = json_get_text(e->json, "source", "");
	return e->json != NULL;
}

static void note_reached(struct claim *c, const struct log_event *e)
{
	size_t k;

	for (k = 0; k < c->count; k++)
		if (c->shard[k] == e->shard && c->reached[k] < e->position)
			c->reached[k] = e->position;
}

static bool read_events(struct daemon *d, void *scratch, struct claim *c, int64_t each, struct batch *b)
{
	struct db_array *shards = db_array_new(scratch, DB_INT2, c->count);
	struct db_array *after = db_array_new(scratch, DB_INT8, c->count);
	struct db_array *until = db_array_new(scratch, DB_INT8, c->count);
	struct rows *rows;
	size_t i;

	for (i = 0; i < c->count; i++) {
		db_array_integer(shards, c->shard[i]);
		db_array_integer(after, c->position[i]);
		db_array_integer(until, c->until[i]);
	}
	rows = db_query(d->db, scratch, SQL_COMMON_READ_EVENTS, "aaait", shards, after, until, each,
			b->group);
	b->count = 0;
	c->read = rows_count(rows);
	b->events = talloc_zero_array(scratch, struct log_event, rows_count(rows) + 1);
	for (i = 0; i < rows_count(rows); i++) {
		bool readable = read_event(scratch, rows, i, &b->events[b->count]);

		note_reached(c, &b->events[b->count]);
		if (readable)
			b->count++;
		else
			batch_reject(b, &b->events[b->count], "", "the body is not JSON that we read");
	}
	return !db_failed(d->db);
}

static void queue_positions(struct daemon *d, const void *scratch, const struct subscription *s,
			    const struct claim *c)
{
	struct db_array *shards = db_array_new(scratch, DB_INT2, c->count);
	struct db_array *reached = db_array_new(scratch, DB_INT8, c->count);
	size_t i;

	for (i = 0; i < c->count; i++) {
		db_array_integer(shards, c->shard[i]);
		db_array_integer(reached, c->reached[i]);
	}
	db_send(d->db, SQL_COMMON_MOVE_POSITIONS, "taai", s->group, shards, reached,
		(int64_t)cache_settled(d->cache));
}

/* For a group that derives nothing: its place moves to where it may read. Always the last round. */
static int keep_up(struct daemon *d, const void *scratch, const struct subscription *s, struct claim *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		c->reached[i] = c->until[i];
	queue_positions(d, scratch, s, c);
	db_send_text(d->db, "COMMIT");
	db_next(d->db, scratch);
	db_next(d->db, scratch);
	return db_failed(d->db) ? -1 : (int)c->count;
}

/* Drops the caches of what was applied in these shards before but perhaps not dropped. */
static void drop_stale(struct daemon *d, void *scratch, const struct subscription *s, struct db_array *shards)
{
	struct batch b = {.daemon = d, .db = d->db, .group = s->group};
	struct rows *rows = db_query(d->db, scratch, SQL_COMMON_STALE_CACHES, "ta", s->group, shards);
	size_t i;

	b.count = rows_count(rows);
	b.events = talloc_zero_array(scratch, struct log_event, b.count + 1);
	for (i = 0; i < b.count; i++)
		b.events[i].subject = row_text(rows, i, 0);
	if (b.count > 0)
		s->committed(&b);
}

/* Up to where this process itself has dropped the caches of a shard. */
static int64_t *dropped(struct daemon *d, const struct subscription *s, int shard)
{
	if (d->loop->dropped == NULL)
		d->loop->dropped = talloc_zero_array(d->loop, int64_t,
						     d->description->subscription_count * EVENTLOG_SHARDS);
	return &d->loop->dropped[(size_t)(s - d->description->subscriptions) * EVENTLOG_SHARDS +
				 (size_t)shard];
}

/*
 * A shard that another process moved on, or that this one moved without learning of it: whoever
 * did may have ended between its commit and its drop, and moving on would wipe out the trace.
 */
static void heal_claim(struct daemon *d, void *scratch, const struct subscription *s, const struct claim *c)
{
	struct db_array *shards = db_array_new(scratch, DB_INT2, c->count);
	size_t i, n = 0;

	for (i = 0; i < c->count; i++)
		if (c->cached[i] < c->position[i] && *dropped(d, s, c->shard[i]) != c->position[i]) {
			db_array_integer(shards, c->shard[i]);
			n++;
		}
	if (n > 0)
		drop_stale(d, scratch, s, shards);
}

static void note_dropped(struct daemon *d, const struct subscription *s, const struct claim *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		*dropped(d, s, c->shard[i]) = c->reached[i];
}

/* Whether this batch left something: what comes later rings. A shard that did not move had dead letters to
 * try again, of which there may be more. */
static bool left_some(const struct claim *c, int most)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->reached[i] < c->until[i] || c->reached[i] == c->position[i])
			return true;
	return c->count == (size_t)most;
}

/*
 * One transaction of up to `size` events from up to `most` shards. With poison set the (single)
 * event is not applied but put aside for that reason. Returns the number of events, -1 on failure.
 */
static int attempt(struct daemon *d, const struct subscription *s, int64_t size, int most, const char *poison,
		   bool *more)
{
	void *scratch = talloc_pool(d, 1 << 20);
	struct batch b = {.daemon = d, .db = d->db, .group = s->group};
	struct claim claim;
	int done = -1;

	if (!claim_shards(d, scratch, s, most, &claim))
		done = db_failed(d->db) ? -1 : 0;
	else if (s->apply == NULL)
		done = keep_up(d, scratch, s, &claim);
	else if (read_events(d, scratch, &claim, (size + (int64_t)claim.count - 1) / (int64_t)claim.count,
			     &b)) {
		if (s->committed)
			heal_claim(d, scratch, s, &claim);
		if (poison && b.count > 0)
			batch_reject(&b, &b.events[0], "", "%s", poison);
		else if (b.count > 0)
			s->apply(&b);
		queue_positions(d, scratch, s, &claim);
		db_send_text(d->db, "COMMIT");
		db_next(d->db, scratch);
		db_next(d->db, scratch);
		if (!db_failed(d->db))
			done = (int)claim.read;
	}
	if (done > 0 && s->apply) {
		metric_add(d->loop->events_applied, s->group, done);
		if (s->followed)
			doorbell_moved(d->loop->doorbell, b.events, b.count);
		if (s->committed && !poison)
			s->committed(&b);
		if (s->committed)
			note_dropped(d, s, &claim);
	}
	*more = done > 0 && left_some(&claim, most);
	talloc_free(scratch);
	return done;
}

/* Which failures say something about the events rather than about the database's state. */
static bool blames_events(const struct db *db)
{
	const char *state = db_sqlstate(db);

	return !db_lost(db) && strncmp(state, "40", 2) != 0 && strncmp(state, "53", 2) != 0 &&
	       strncmp(state, "57", 2) != 0 && strncmp(state, "55", 2) != 0 && strncmp(state, "25", 2) != 0;
}

/* The batch failed: one event of one shard at a time, until something moves. */
static bool isolate(struct daemon *d, const struct subscription *s)
{
	char *reason;
	bool more;
	int done;

	db_clear(d->db);
	done = attempt(d, s, 1, 1, NULL, &more);
	if (done >= 0)
		return true;
	if (!blames_events(d->db))
		return false;
	reason = talloc_asprintf(d, "sqlstate %s: %s", db_sqlstate(d->db), db_message(d->db));
	db_clear(d->db);
	done = attempt(d, s, 1, 1, reason, &more);
	talloc_free(reason);
	return done > 0;
}

bool consume_batch(struct daemon *d, const struct subscription *s)
{
	int done;
	bool again;

	if (!db_ensure(d->db))
		return false;
	done = attempt(d, s, d->loop->batch_size, SHARDS_AT_ONCE, NULL, &again);
	if (done < 0) {
		log_warning("batch failed group=%s sqlstate=%s message=\"%s\"", s->group, db_sqlstate(d->db),
			    db_message(d->db));
		again = blames_events(d->db) && isolate(d, s);
	}
	db_clear(d->db);
	return again;
}

void consume_heal(struct daemon *d, const struct subscription *s)
{
	void *scratch = talloc_new(d);
	struct db_array *shards = db_array_new(scratch, DB_INT2, EVENTLOG_SHARDS);
	int i;

	for (i = 0; i < EVENTLOG_SHARDS; i++)
		db_array_integer(shards, i);
	if (s->committed && db_ensure(d->db))
		drop_stale(d, scratch, s, shards);
	db_clear(d->db);
	talloc_free(scratch);
}
