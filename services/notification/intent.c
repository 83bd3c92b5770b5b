/*
 * intent.c - intents and their log as rows; the only file that knows the order of their columns
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/categories.h"
#include "services/notification/intent.h"
#include "services/notification/recipient.h"

static const char *const status_names[INTENT_STATUS_COUNT] = {
	[INTENT_QUEUED] = "queued",     [INTENT_HELD] = "held",       [INTENT_DIGEST] = "waiting_for_digest",
	[INTENT_SENDING] = "sending",   [INTENT_SENT] = "sent",       [INTENT_DROPPED] = "dropped",
	[INTENT_FAILED] = "failed",     [INTENT_EXPIRED] = "expired", [INTENT_COLLAPSED] = "collapsed",
	[INTENT_DIGESTED] = "digested",
};

const char *intent_status_name(enum intent_status s)
{
	return status_names[s];
}

/* --- creating ---------------------------------------------------------------------------------- */

enum {
	NEW_COLUMNS = 21
};

static const enum db_type new_types[NEW_COLUMNS] = {
	DB_TEXT, DB_TEXT, DB_INT2, DB_TEXT,        DB_TEXT,        DB_INT4,        DB_JSON,
	DB_INT2, DB_JSON, DB_TEXT, DB_TIMESTAMPTZ, DB_TIMESTAMPTZ, DB_TIMESTAMPTZ, DB_TEXT,
	DB_TEXT, DB_INT2, DB_TEXT, DB_JSON,        DB_BYTEA,       DB_JSON,        DB_TEXT};

static void put_json(struct db_array *a, const char *text)
{
	if (text)
		db_array_bytes(a, text, strlen(text));
	else
		db_array_null(a);
}

/* INSTANT_MAX stands for never, which the table says by null. */
static void put_end(struct db_array *a, instant t)
{
	if (t == INSTANT_MAX)
		db_array_null(a);
	else
		db_array_instant(a, t);
}

static void put_new(struct db_array *c[NEW_COLUMNS], const struct intent *n)
{
	db_array_text(c[0], n->notification_id);
	db_array_text(c[1], n->member_id);
	db_array_integer(c[2], n->priority);
	db_array_text(c[3], n->category);
	db_array_text(c[4], n->template);
	db_array_integer(c[5], n->template_version);
	put_json(c[6], n->variables);
	db_array_integer(c[7], n->channels);
	put_json(c[8], n->cause);
	db_array_text(c[9], n->client);
	db_array_instant(c[10], n->created);
	db_array_instant(c[11], n->due);
	put_end(c[12], n->expires);
	db_array_text(c[13], n->collapse_key);
	db_array_text(c[14], n->dedup_key);
	db_array_integer(c[15], n->status);
	db_array_text(c[16], n->locale);
	put_json(c[17], n->metadata);
	if (n->likeness)
		db_array_bytes(c[18], n->likeness, LIKENESS);
	else
		db_array_null(c[18]);
	put_json(c[19], n->test);
	db_array_text(c[20], n->campaign_id);
}

/* Members get their row; older intents with the same collapse key go. How many db_next are owed. */
static int send_before(struct db *db, const void *scratch, struct intent **intents, size_t count)
{
	struct db_array *members = db_array_new(scratch, DB_TEXT, count);
	struct db_array *collapsing = db_array_new(scratch, DB_TEXT, count);
	struct db_array *keys = db_array_new(scratch, DB_TEXT, count);
	size_t i;

	for (i = 0; i < count; i++) {
		db_array_text(members, intents[i]->member_id);
		if (intents[i]->collapse_key == NULL)
			continue;
		db_array_text(collapsing, intents[i]->member_id);
		db_array_text(keys, intents[i]->collapse_key);
	}
	db_send(db, SQL_NOTIFICATION_ENSURE_PREFERENCES, "a", members);
	if (db_array_count(keys) == 0)
		return 1;
	db_send(db, SQL_NOTIFICATION_COLLAPSE_OLDER, "aa", collapsing, keys);
	return 2;
}

static int intent_order(const void *a, const void *b)
{
	return strcmp((*(struct intent *const *)a)->notification_id,
		      (*(struct intent *const *)b)->notification_id);
}

/* Intents whose ids did not come back were known already. */
static void note_left_out(const struct rows *written, const void *scratch, struct intent **intents,
			  size_t count)
{
	struct intent **sorted = talloc_memdup(scratch, intents, count * sizeof(*intents)), **found;
	enum intent_status *status = talloc_array(scratch, enum intent_status, count);
	size_t i;

	for (i = 0; i < count; i++) {
		status[i] = intents[i]->status;
		intents[i]->status = INTENT_STATUS_COUNT;
	}
	qsort(sorted, count, sizeof(*sorted), intent_order);
	for (i = 0; i < rows_count(written); i++) {
		struct intent key = {.notification_id = row_text(written, i, 0)}, *wanted = &key;

		found = bsearch(&wanted, sorted, count, sizeof(*sorted), intent_order);
		(*found)->status = INTENT_QUEUED;
	}
	for (i = 0; i < count; i++)
		if (intents[i]->status != INTENT_STATUS_COUNT)
			intents[i]->status = status[i];
}

bool intents_create(struct db *db, const void *scratch, struct intent **intents, size_t count)
{
	struct db_array *c[NEW_COLUMNS];
	struct rows *written;
	size_t i;
	int owed;

	if (count == 0)
		return true;
	for (i = 0; i < NEW_COLUMNS; i++)
		c[i] = db_array_new(scratch, new_types[i], count);
	for (i = 0; i < count; i++)
		put_new(c, intents[i]);
	owed = send_before(db, scratch, intents, count);
	db_send(db, SQL_NOTIFICATION_PUT_INTENTS, "aaaaaaaaaaaaaaaaaaaaa", c[0], c[1], c[2], c[3], c[4], c[5],
		c[6], c[7], c[8], c[9], c[10], c[11], c[12], c[13], c[14], c[15], c[16], c[17], c[18], c[19],
		c[20]);
	for (; owed > 0; owed--)
		db_next(db, scratch);
	written = db_next(db, scratch);
	if (db_failed(db))
		return false;
	note_left_out(written, scratch, intents, count);
	return !db_failed(db);
}

/* --- claiming ------------------------------------------------------------------------------------ */

/* {"channel", "address", "platform"}; a test for a member names none. */
static struct target *aim_of(const void *parent, const char *test)
{
	const char *error;
	const struct json *j = test ? json_parse(parent, test, strlen(test), &error) : NULL;
	const char *address = json_get_text(j, "address", NULL);
	struct target *t;

	if (address == NULL)
		return NULL;
	t = talloc_zero(parent, struct target);
	t->channel = channel_find(json_get_text(j, "channel", "email"));
	t->address = address;
	t->platform = json_get_text(j, "platform", "");
	address_hash(t->channel, t->address, t->hash);
	return t;
}

/* A rule's hint; names that are no channels are passed over. */
static void read_preferred(struct intent *n)
{
	const struct json *v, *cause;
	const char *error;

	cause = n->cause ? json_parse(n, n->cause, strlen(n->cause), &error) : NULL;
	v = json_get(cause, "channels");
	for (v = v && v->kind == JSON_ARRAY ? v->first : NULL; v && n->preferred_count < CHANNEL_COUNT;
	     v = v->next)
		if (v->kind == JSON_TEXT && channel_find(v->text) != CHANNEL_COUNT)
			n->preferred[n->preferred_count++] = channel_find(v->text);
}

static struct intent *claimed(const void *parent, const struct rows *r, size_t i)
{
	struct intent *n = talloc_zero(parent, struct intent);
	const char *error;

	n->notification_id = row_text(r, i, 0);
	n->member_id = row_text(r, i, 1);
	n->status = INTENT_SENDING;
	n->priority = (enum priority)row_integer(r, i, 2);
	n->category = row_text(r, i, 3);
	n->template = row_text(r, i, 4);
	n->template_version = (int)row_integer(r, i, 5);
	n->variables = row_text(r, i, 6);
	n->values = json_parse(n, n->variables, strlen(n->variables), &error);
	n->channels = (unsigned)row_integer(r, i, 7);
	n->cause = row_text(r, i, 8);
	n->client = row_text(r, i, 9);
	n->created = row_instant(r, i, 10);
	n->due = row_instant(r, i, 11);
	n->expires = row_null(r, i, 12) ? INSTANT_MAX : row_instant(r, i, 12);
	n->collapse_key = row_text(r, i, 13);
	n->attempts = (int)row_integer(r, i, 14);
	n->tries = (int)row_integer(r, i, 15);
	n->tried = (unsigned)row_integer(r, i, 16);
	n->channel = row_null(r, i, 17) ? -1 : (int)row_integer(r, i, 17);
	n->provider = row_text(r, i, 18);
	n->address = row_text(r, i, 19);
	n->fence = row_integer(r, i, 20);
	n->unknown = row_boolean(r, i, 21);
	n->crashes = (int)row_integer(r, i, 22);
	n->locale = row_null(r, i, 23) ? NULL : row_text(r, i, 23);
	n->metadata = row_null(r, i, 24) ? NULL : row_text(r, i, 24);
	n->test = row_null(r, i, 25) ? NULL : row_text(r, i, 25);
	n->aim = aim_of(n, n->test);
	read_preferred(n);
	return n;
}

void intents_ask(struct db *db, const void *scratch, const size_t most[PRIORITY_COUNT], int64_t lease)
{
	struct db_array *lanes = db_array_new(scratch, DB_INT2, PRIORITY_COUNT);
	struct db_array *limits = db_array_new(scratch, DB_INT8, PRIORITY_COUNT);
	int p;

	for (p = 0; p < PRIORITY_COUNT; p++)
		if (most[p] > 0) {
			db_array_integer(lanes, p);
			db_array_integer(limits, (int64_t)most[p]);
		}
	db_send(db, SQL_NOTIFICATION_CLAIM_DUE, "aai", lanes, limits, lease);
}

void intents_ask_candidates(struct db *db, const void *scratch, const struct candidate *c, size_t count,
			    int64_t lease)
{
	struct db_array *members = db_array_new(scratch, DB_TEXT, count);
	struct db_array *ids = db_array_new(scratch, DB_TEXT, count);
	size_t i;

	for (i = 0; i < count; i++) {
		db_array_text(members, c[i].member_id);
		db_array_text(ids, c[i].notification_id);
	}
	db_send(db, SQL_NOTIFICATION_CLAIM_CANDIDATES, "aai", members, ids, lease);
}

size_t intents_take(struct db *db, const void *parent, struct intent **out)
{
	struct rows *r = db_next(db, parent);
	size_t i;

	for (i = 0; i < rows_count(r); i++)
		out[i] = claimed(parent, r, i);
	return rows_count(r);
}

/* --- what became of them --------------------------------------------------------------------------- */

enum {
	OUTCOME_COLUMNS = 16
};

static const enum db_type outcome_types[OUTCOME_COLUMNS] = {
	DB_TEXT, DB_TEXT, DB_INT8, DB_INT2, DB_TIMESTAMPTZ, DB_INT4, DB_INT4, DB_INT2,
	DB_INT2, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT,        DB_BOOL, DB_JSON, DB_TIMESTAMPTZ};

static void put_outcome(struct db_array *c[OUTCOME_COLUMNS], const struct intent *n)
{
	db_array_text(c[0], n->member_id);
	db_array_text(c[1], n->notification_id);
	db_array_integer(c[2], n->fence);
	db_array_integer(c[3], n->status);
	db_array_instant(c[4], n->due);
	db_array_integer(c[5], n->attempts);
	db_array_integer(c[6], n->tries);
	db_array_integer(c[7], n->tried);
	if (n->channel < 0)
		db_array_null(c[8]);
	else
		db_array_integer(c[8], n->channel);
	db_array_text(c[9], n->provider);
	db_array_text(c[10], n->address);
	db_array_text(c[11], n->provider_ref);
	db_array_text(c[12], n->reason);
	db_array_integer(c[13], n->unknown);
	put_json(c[14], n->links);
	if (n->status == INTENT_SENT)
		db_array_instant(c[15], n->sent);
	else
		db_array_null(c[15]);
}

int intents_send(struct db *db, const void *scratch, struct intent *const *intents, size_t count)
{
	struct db_array *c[OUTCOME_COLUMNS];
	size_t i;

	if (count == 0)
		return 0;
	for (i = 0; i < OUTCOME_COLUMNS; i++)
		c[i] = db_array_new(scratch, outcome_types[i], count);
	for (i = 0; i < count; i++)
		put_outcome(c, intents[i]);
	db_send(db, SQL_NOTIFICATION_PUT_OUTCOMES, "aaaaaaaaaaaaaaaa", c[0], c[1], c[2], c[3], c[4], c[5],
		c[6], c[7], c[8], c[9], c[10], c[11], c[12], c[13], c[14], c[15]);
	return 1;
}

/* --- the log ----------------------------------------------------------------------------------------- */

enum {
	LOG_COLUMNS = 10
};

static const enum db_type log_types[LOG_COLUMNS] = {DB_TEXT, DB_TEXT, DB_TIMESTAMPTZ, DB_TEXT, DB_INT2,
						    DB_TEXT, DB_INT4, DB_TEXT,        DB_TEXT, DB_JSON};

static void put_line(struct db_array *c[LOG_COLUMNS], const struct log_line *l)
{
	db_array_text(c[0], l->intent->member_id);
	db_array_text(c[1], l->intent->notification_id);
	db_array_instant(c[2], l->at);
	db_array_text(c[3], l->what);
	if (l->channel < 0)
		db_array_null(c[4]);
	else
		db_array_integer(c[4], l->channel);
	db_array_text(c[5], l->provider);
	if (l->attempt == 0)
		db_array_null(c[6]);
	else
		db_array_integer(c[6], l->attempt);
	db_array_text(c[7], l->code);
	db_array_text(c[8], l->detail);
	put_json(c[9], l->evidence);
}

int logs_send(struct db *db, const void *scratch, const struct log_line *lines, size_t count)
{
	struct db_array *c[LOG_COLUMNS];
	size_t i;

	if (count == 0)
		return 0;
	for (i = 0; i < LOG_COLUMNS; i++)
		c[i] = db_array_new(scratch, log_types[i], count);
	for (i = 0; i < count; i++)
		put_line(c, &lines[i]);
	db_send(db, SQL_NOTIFICATION_PUT_LOGS, "aaaaaaaaaa", c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7],
		c[8], c[9]);
	return 1;
}

void logs_put(struct db *db, const void *scratch, const struct log_line *lines, size_t count)
{
	if (logs_send(db, scratch, lines, count))
		db_next(db, scratch);
}

int dead_letters_send(struct db *db, const void *scratch, struct intent *const *intents, size_t count)
{
	struct db_array *c[4];
	size_t i;

	if (count == 0)
		return 0;
	for (i = 0; i < 4; i++)
		c[i] = db_array_new(scratch, DB_TEXT, count);
	for (i = 0; i < count; i++) {
		db_array_text(c[0], intents[i]->notification_id);
		db_array_text(c[1], intents[i]->member_id);
		db_array_text(c[2], intents[i]->reason ? intents[i]->reason : "failed");
		db_array_text(c[3], intents[i]->provider ? intents[i]->provider : "");
	}
	db_send(db, SQL_NOTIFICATION_PUT_DEAD_NOTIFICATIONS, "aaaa", c[0], c[1], c[2], c[3]);
	return 1;
}
