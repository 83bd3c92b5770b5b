/*
 * dead_token.c - push tokens that their service gave up, out of the member's addresses and back in
 *
 * A list that the member set is changed there; one that the enrolment gave stays the enrolment's, so that a
 * later one can bring new devices.
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/dead_token.h"
#include "services/notification/notification.h"

static bool is_dead(const void *scratch, const struct delivery *d, const struct json *device)
{
	const char *address = push_address(scratch, json_get(device, "token"));
	unsigned char hash[ADDRESS_HASH];
	size_t i;

	if (address == NULL)
		return false;
	address_hash(CHANNEL_PUSH, address, hash);
	for (i = 0; i < d->dead_count; i++)
		if (d->dead[i]->channel == CHANNEL_PUSH && memcmp(d->dead[i]->hash, hash, ADDRESS_HASH) == 0)
			return true;
	return false;
}

/* The object, with the list at that name shorter. */
static bool put_without(struct json_writer *w, const struct delivery *d, const struct json *object,
			const char *name)
{
	const struct json *v, *device;
	bool shorter = false;

	for (v = object->first; v; v = v->next) {
		if (strcmp(v->name, name) != 0 || v->kind != JSON_ARRAY) {
			json_put_value(w, v->name, v);
			continue;
		}
		json_open_array(w, name);
		for (device = v->first; device; device = device->next)
			if (is_dead(w, d, device))
				shorter = true;
			else
				json_put_value(w, NULL, device);
		json_close(w);
	}
	return shorter;
}

/* The member's document; false: none of its devices is dead. */
static bool put_document(struct json_writer *w, const struct delivery *d, const struct json *document)
{
	const struct json *v;
	bool shorter = false;

	json_open_object(w, NULL);
	for (v = document->first; v; v = v->next)
		if (strcmp(v->name, "addresses") == 0 && v->kind == JSON_OBJECT) {
			json_open_object(w, v->name);
			shorter = put_without(w, d, v, "push");
			json_close(w);
		} else {
			json_put_value(w, v->name, v);
		}
	json_close(w);
	return shorter;
}

static bool put_profile(struct json_writer *w, const struct delivery *d, const struct json *profile)
{
	bool shorter;

	json_open_object(w, NULL);
	shorter = put_without(w, d, profile, "push_tokens");
	json_close(w);
	return shorter;
}

static const char *text_of(const void *scratch, const struct json *value)
{
	struct json_writer *w = json_writer_new(scratch);

	json_put_value(w, NULL, value);
	return json_text(w, NULL);
}

static void remove_from(struct notifier *n, const void *scratch, const struct delivery *d)
{
	struct json_writer *document = json_writer_new(scratch), *profile = json_writer_new(scratch);
	struct db *db = n->daemon->db;
	struct stored_preferences *p;
	bool set, given;

	db_begin(db, NULL);
	p = store_preferences(db, scratch, d->intent->member_id, true);
	set = p && put_document(document, d, p->document);
	given = p && put_profile(profile, d, p->profile);
	if (set || given) {
		db_query(db, scratch, SQL_NOTIFICATION_PUT_ADDRESSES, "ttt", d->intent->member_id,
			 json_text(document, NULL), json_text(profile, NULL));
		db_query(db, scratch, SQL_NOTIFICATION_PUT_PREFERENCE_CHANGE, "tittttt", d->intent->member_id,
			 p->version + 1, d->provider->driver->name, "dead_token", d->intent->notification_id,
			 text_of(scratch, set ? p->document : p->profile),
			 json_text(set ? document : profile, NULL));
	}
	db_run(db, "COMMIT");
}

void dead_tokens_remove(struct notifier *n, const void *scratch, const struct delivery *first)
{
	const struct delivery *d;

	for (d = first; d && !db_failed(n->daemon->db); d = d->next)
		if (d->dead_count > 0 && d->dead[0]->channel == CHANNEL_PUSH)
			remove_from(n, scratch, d);
	db_clear(n->daemon->db);
}

void dead_tokens_revive(struct db *db, const void *scratch, const struct registration *r, size_t count)
{
	struct db_array *hashes = db_array_new(scratch, DB_BYTEA, count),
			*times = db_array_new(scratch, DB_TIMESTAMPTZ, count);
	const struct json *device;
	unsigned char hash[ADDRESS_HASH];
	const char *address;
	size_t i;

	for (i = 0; i < count; i++) {
		device = r[i].push && r[i].push->kind == JSON_ARRAY ? r[i].push->first : NULL;
		for (; device; device = device->next) {
			if ((address = push_address(scratch, json_get(device, "token"))) == NULL)
				continue;
			address_hash(CHANNEL_PUSH, address, hash);
			db_array_bytes(hashes, hash, ADDRESS_HASH);
			db_array_instant(times, r[i].at);
		}
	}
	if (db_array_count(hashes) > 0)
		db_query(db, scratch, SQL_NOTIFICATION_REVIVE_TOKENS, "aa", hashes, times);
}
