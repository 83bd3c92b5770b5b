/*
 * eventlog.c - appending: lock the heads, leave out what is known, number, insert
 *
 * Positions are given out by whoever holds a shard's head row to its commit, so within a shard
 * they are gapless and in commit order, and a reader that goes by position misses nothing.
 * Heads are locked in shard order: two writers cannot wait for each other in a circle.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/eventlog.h"
#include "gen/sql/common.h"

struct key {
	unsigned char bytes[16];
	size_t index; /* of the event */
};

int eventlog_shard(const char *subject)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a, then a finalizer, since few low bits are kept */

	for (; *subject; subject++)
		hash = (hash ^ (unsigned char)*subject) * 1099511628211u;
	hash ^= hash >> 33;
	hash *= 0xff51afd7ed558ccdu;
	hash ^= hash >> 33;
	return (int)(hash % EVENTLOG_SHARDS);
}

/* First 128 bits of SHA-256 over source, NUL, id. */
static void event_key(const struct log_event *e, unsigned char key[16])
{
	static EVP_MD_CTX *context;
	static EVP_MD *sha256;
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (context == NULL) {
		context = EVP_MD_CTX_new();
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	}
	EVP_DigestInit_ex2(context, sha256, NULL);
	EVP_DigestUpdate(context, e->source, strlen(e->source) + 1);
	EVP_DigestUpdate(context, e->id, strlen(e->id));
	EVP_DigestFinal_ex(context, digest, NULL);
	memcpy(key, digest, 16);
}

static int key_order(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, 16);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int key_find(const void *wanted, const void *k)
{
	return memcmp(wanted, ((const struct key *)k)->bytes, 16);
}

/* Sorted keys; an event given twice keeps its first place, the other's position stays 0. */
static struct key *keys_of(const void *parent, struct log_event *events, size_t count)
{
	struct key *keys = talloc_array(parent, struct key, count);
	size_t i;

	for (i = 0; i < count; i++) {
		event_key(&events[i], keys[i].bytes);
		keys[i].index = i;
		events[i].shard = eventlog_shard(events[i].subject);
		events[i].position = -1; /* to be appended */
	}
	qsort(keys, count, sizeof(*keys), key_order);
	for (i = 1; i < count; i++)
		if (memcmp(keys[i].bytes, keys[i - 1].bytes, 16) == 0)
			events[keys[i].index].position = 0;
	return keys;
}

static void mark_known(const struct rows *known, const struct key *keys, size_t count,
		       struct log_event *events)
{
	const struct key *k;
	size_t i, length;

	for (i = 0; i < rows_count(known); i++) {
		k = bsearch(row_bytes(known, i, 0, &length), keys, count, sizeof(*keys), key_find);
		while (k && k > keys && memcmp(k[-1].bytes, k->bytes, 16) == 0)
			k--;
		for (; k && k < keys + count && length == 16 &&
		       memcmp(k->bytes, row_bytes(known, i, 0, &length), 16) == 0;
		     k++)
			events[k->index].position = 0;
	}
}

/* Locks the heads that these events need and finds the ones that are there already, in one round trip. */
static bool lock_and_look(struct db *db, const void *scratch, struct log_event *events, size_t count,
			  struct key *keys, int64_t heads[EVENTLOG_SHARDS])
{
	struct db_array *shards = db_array_new(scratch, DB_INT2, EVENTLOG_SHARDS);
	struct db_array *wanted = db_array_new(scratch, DB_UUID, count);
	bool used[EVENTLOG_SHARDS] = {false};
	struct rows *locked, *known;
	size_t i;
	int s;

	for (i = 0; i < count; i++) {
		used[events[i].shard] = true;
		db_array_bytes(wanted, keys[i].bytes, 16);
	}
	for (s = 0; s < EVENTLOG_SHARDS; s++)
		if (used[s])
			db_array_integer(shards, s);
	db_send(db, SQL_COMMON_LOCK_HEADS, "a", shards);
	db_send(db, SQL_COMMON_KNOWN_KEYS, "a", wanted);
	locked = db_next(db, scratch);
	known = db_next(db, scratch);
	if (db_failed(db))
		return false;
	for (i = 0; i < rows_count(locked); i++)
		heads[row_integer(locked, i, 0)] = row_integer(locked, i, 1);
	mark_known(known, keys, count, events);
	return true;
}

static void queue_insert(struct db *db, const void *scratch, const struct log_event *events, size_t count,
			 const struct key *keys)
{
	struct db_array *shard = db_array_new(scratch, DB_INT2, count);
	struct db_array *position = db_array_new(scratch, DB_INT8, count);
	struct db_array *key = db_array_new(scratch, DB_UUID, count);
	struct db_array *type = db_array_new(scratch, DB_TEXT, count);
	struct db_array *member = db_array_new(scratch, DB_TEXT, count);
	struct db_array *time = db_array_new(scratch, DB_TIMESTAMPTZ, count);
	struct db_array *body = db_array_new(scratch, DB_JSON, count * 40);
	const unsigned char **bytes = talloc_array(scratch, const unsigned char *, count);
	size_t i;

	for (i = 0; i < count; i++)
		bytes[keys[i].index] = keys[i].bytes;
	for (i = 0; i < count; i++) {
		if (events[i].position == 0)
			continue;
		db_array_integer(shard, events[i].shard);
		db_array_integer(position, events[i].position);
		db_array_bytes(key, bytes[i], 16);
		db_array_text(type, events[i].type);
		db_array_text(member, events[i].subject);
		db_array_instant(time, events[i].time);
		db_array_bytes(body, events[i].body, events[i].length);
	}
	db_send(db, SQL_COMMON_APPEND_EVENTS, "aaaaaaa", shard, position, key, type, member, time, body);
}

static void queue_heads(struct db *db, const void *scratch, const int64_t *heads, const bool *moved)
{
	struct db_array *shards = db_array_new(scratch, DB_INT2, EVENTLOG_SHARDS);
	struct db_array *positions = db_array_new(scratch, DB_INT8, EVENTLOG_SHARDS);
	int s;

	for (s = 0; s < EVENTLOG_SHARDS; s++) {
		if (!moved[s])
			continue;
		db_array_integer(shards, s);
		db_array_integer(positions, heads[s]);
	}
	db_send(db, SQL_COMMON_MOVE_HEADS, "aa", shards, positions);
}

bool eventlog_append(struct db *db, const void *parent, struct log_event *events, size_t count)
{
	void *scratch = talloc_new(parent);
	struct key *keys = keys_of(scratch, events, count);
	int64_t heads[EVENTLOG_SHARDS] = {0};
	bool moved[EVENTLOG_SHARDS] = {false}, any = false;
	size_t i;

	if (count == 0 || !lock_and_look(db, scratch, events, count, keys, heads)) {
		talloc_free(scratch);
		return count == 0;
	}
	for (i = 0; i < count; i++) {
		if (events[i].position == 0)
			continue;
		events[i].position = ++heads[events[i].shard];
		moved[events[i].shard] = any = true;
	}
	if (any) {
		queue_insert(db, scratch, events, count, keys);
		queue_heads(db, scratch, heads, moved);
		db_next(db, scratch);
		db_next(db, scratch);
	}
	talloc_free(scratch);
	return !db_failed(db);
}

void eventlog_open(struct json_writer *w, const struct log_event *e)
{
	char time[INSTANT_TEXT];

	json_open_object(w, NULL);
	json_put_text(w, "specversion", "1.0");
	json_put_text(w, "type", e->type);
	json_put_text(w, "source", e->source);
	json_put_text(w, "id", e->id);
	json_put_text(w, "subject", e->subject);
	json_put_text(w, "time", instant_format(e->time, time));
	json_put_text(w, "dataschema", talloc_asprintf(w, "urn:ae:event:%s:1", e->type));
	json_put_text(w, "datacontenttype", "application/json");
	json_open_object(w, "data");
}

void eventlog_close(struct json_writer *w, struct log_event *e)
{
	json_close(w);
	json_close(w);
	e->body = json_text(w, &e->length);
}
