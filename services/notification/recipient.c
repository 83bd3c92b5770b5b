/*
 * recipient.c - members' preferences, addresses, suppressions and what they got, in three queries
 */
#include <ctype.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/recipient.h"

void address_hash(enum channel c, const char *address, unsigned char hash[ADDRESS_HASH])
{
	size_t i, length = strlen(address);
	char *text = talloc_strndup(NULL, address, length);

	for (i = 0; c == CHANNEL_EMAIL && i < length; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	SHA256((const unsigned char *)text, length, hash);
	talloc_free(text);
}

/* --- addresses ----------------------------------------------------------------------------------- */

static void add_target(struct recipient *r, enum channel c, const char *address, const char *platform)
{
	struct target *t;

	if (address == NULL || address[0] == '\0' || r->target_count == TARGETS_MAX)
		return;
	t = &r->targets[r->target_count++];
	*t = (struct target){.channel = c, .address = address, .platform = platform};
	address_hash(c, address, t->hash);
}

const char *push_address(const void *parent, const struct json *token)
{
	struct json_writer *w;

	if (token == NULL || token->kind == JSON_TEXT)
		return token ? token->text : NULL;
	w = json_writer_new(parent);
	json_put_value(w, NULL, token);
	return json_text(w, NULL);
}

static void read_targets(const void *parent, struct recipient *r)
{
	const struct json *a = json_get(r->holds, "addresses"), *push = json_get(a, "push"), *v;
	const char *slack;

	add_target(r, CHANNEL_EMAIL, json_get_text(a, "email", NULL), "");
	for (v = push ? push->first : NULL; v; v = v->next)
		add_target(r, CHANNEL_PUSH, push_address(parent, json_get(v, "token")),
			   json_get_text(v, "platform", ""));
	slack = json_get_text(a, "slack", NULL);
	add_target(r, CHANNEL_SLACK, slack, slack && strstr(slack, "://") ? "webhook" : "");
}

static void fill(const void *parent, struct recipient *r, const struct json *document)
{
	struct json_writer *w = json_writer_new(parent);
	const char *error, *text;
	size_t length;

	preferences_put(w, parent, document, r->profile, 0, 0, false);
	text = json_text(w, &length);
	r->holds = json_parse(parent, text, length, &error);
	r->zone = tz_find(json_get_text(r->profile, "time_zone", ""));
	if (r->zone == NULL)
		r->zone = tz_utc();
	read_targets(parent, r);
}

static void read_recipient(const void *parent, const struct rows *rows, size_t i, struct recipient *r)
{
	const struct json *document;
	const char *error, *text;
	size_t length;

	r->member_id = row_text(rows, i, 0);
	text = row_bytes(rows, i, 1, &length);
	document = json_parse(parent, text, length, &error);
	text = row_bytes(rows, i, 2, &length);
	r->profile = json_parse(parent, text, length, &error);
	fill(parent, r, document);
}

struct recipient *recipient_unknown(const void *parent, const char *member_id)
{
	struct recipient *r = talloc_zero(parent, struct recipient);
	const char *error;

	r->member_id = member_id;
	r->profile = json_parse(r, "{}", 2, &error);
	fill(r, r, r->profile);
	return r;
}

/* --- the suppression list ------------------------------------------------------------------------ */

static enum suppression suppression_of(const char *reason)
{
	if (strcmp(reason, "unsubscribe") == 0)
		return SUPPRESSION_UNSUBSCRIBED;
	if (strcmp(reason, "complaint") == 0)
		return SUPPRESSION_COMPLAINT;
	if (strcmp(reason, "manual") == 0)
		return SUPPRESSION_MANUAL;
	return SUPPRESSION_DEAD; /* hard_bounce, soft_bounce, invalid_token */
}

static void mark_target(const void *parent, struct target *t, const char *scope, const char *reason)
{
	t->marks = talloc_realloc(parent, t->marks, struct mark, t->mark_count + 1);
	t->marks[t->mark_count++] = (struct mark){scope, suppression_of(reason)};
}

/* Those of the members, and those that tests are aimed at. */
static void send_suppressions(struct db *db, const void *parent, const struct recipients *all,
			      struct intent *const *intents, size_t count)
{
	struct db_array *channels = db_array_new(parent, DB_INT2, all->count),
			*hashes = db_array_new(parent, DB_BYTEA, all->count);
	size_t i, k;

	for (i = 0; i < all->count; i++)
		for (k = 0; k < all->list[i].target_count; k++) {
			db_array_integer(channels, all->list[i].targets[k].channel);
			db_array_bytes(hashes, all->list[i].targets[k].hash, ADDRESS_HASH);
		}
	for (i = 0; i < count; i++)
		if (intents[i]->aim) {
			db_array_integer(channels, intents[i]->aim->channel);
			db_array_bytes(hashes, intents[i]->aim->hash, ADDRESS_HASH);
		}
	db_send(db, SQL_NOTIFICATION_GET_MARKS, "aa", channels, hashes);
}

static void mark_if_meant(const void *parent, const struct rows *rows, size_t row, struct target *t)
{
	size_t length;

	if (t->channel == (enum channel)row_integer(rows, row, 0) &&
	    memcmp(t->hash, row_bytes(rows, row, 1, &length), ADDRESS_HASH) == 0)
		mark_target(parent, t, row_text(rows, row, 2), row_text(rows, row, 3));
}

static void read_marks(const void *parent, const struct rows *rows, struct recipients *all,
		       struct intent *const *intents, size_t count)
{
	size_t row, i, k;

	for (row = 0; row < rows_count(rows); row++) {
		for (i = 0; i < all->count; i++)
			for (k = 0; k < all->list[i].target_count; k++)
				mark_if_meant(parent, rows, row, &all->list[i].targets[k]);
		for (i = 0; i < count; i++)
			if (intents[i]->aim)
				mark_if_meant(parent, rows, row, intents[i]->aim);
	}
}

enum suppression target_suppressed(const struct target *t, const char *category)
{
	enum suppression hardest = SUPPRESSION_NONE;
	size_t i;

	for (i = 0; i < t->mark_count; i++)
		if ((t->marks[i].scope[0] == '\0' || strcmp(t->marks[i].scope, category) == 0) &&
		    t->marks[i].reason > hardest)
			hardest = t->marks[i].reason;
	return hardest;
}

/* --- loading --------------------------------------------------------------------------------------- */

static int recipient_order(const void *a, const void *b)
{
	return strcmp(((const struct recipient *)a)->member_id, ((const struct recipient *)b)->member_id);
}

struct recipient *recipient_find(const struct recipients *r, const char *member_id)
{
	struct recipient key = {.member_id = member_id};

	return r->count ? bsearch(&key, r->list, r->count, sizeof(key), recipient_order) : NULL;
}

void recipient_count(struct recipient *r, const char *category, instant now)
{
	r->sent[r->sent_count++] = (struct sent_before){category, now};
}

/* Each gets room for the whole batch beside what it got before. */
static void read_sent(const void *parent, const struct rows *rows, struct recipients *all, size_t batch)
{
	struct recipient *r;
	size_t i, *got = talloc_zero_array(parent, size_t, all->count + 1);

	for (i = 0; i < rows_count(rows); i++)
		if ((r = recipient_find(all, row_text(rows, i, 0))) != NULL)
			got[r - all->list]++;
	for (i = 0; i < all->count; i++)
		all->list[i].sent = talloc_array(parent, struct sent_before, got[i] + batch + 1);
	for (i = 0; i < rows_count(rows); i++)
		if ((r = recipient_find(all, row_text(rows, i, 0))) != NULL)
			recipient_count(r, row_text(rows, i, 1), row_instant(rows, i, 2));
}

struct recipients *recipients_load(struct db *db, const void *parent, struct intent *const *intents,
				   size_t count, bool lock, instant now)
{
	struct db_array *members = db_array_new(parent, DB_TEXT, count),
			*ids = db_array_new(parent, DB_TEXT, count);
	struct recipients *all = talloc_zero(parent, struct recipients);
	struct rows *rows, *sent;
	size_t i;

	for (i = 0; i < count; i++) {
		db_array_text(members, intents[i]->member_id);
		db_array_text(ids, intents[i]->notification_id);
	}
	db_send(db, lock ? SQL_NOTIFICATION_LOCK_RECIPIENTS : SQL_NOTIFICATION_GET_RECIPIENTS, "a", members);
	db_send(db, SQL_NOTIFICATION_GET_SENT_BEFORE, "aaz", members, ids, now);
	rows = db_next(db, all);
	sent = db_next(db, all);
	all->count = rows_count(rows);
	all->list = talloc_zero_array(all, struct recipient, all->count + 1);
	for (i = 0; i < all->count; i++)
		read_recipient(all, rows, i, &all->list[i]);
	qsort(all->list, all->count, sizeof(*all->list), recipient_order);
	read_sent(all, sent, all, count);
	send_suppressions(db, all, all, intents, count);
	read_marks(all, db_next(db, all), all, intents, count);
	return db_failed(db) ? NULL : all;
}

/* --- facts ----------------------------------------------------------------------------------------- */

static unsigned wanted_of(const struct json *holds, const char *category)
{
	const struct json *chosen = json_get(json_get(holds, "categories"), category);
	unsigned bits = 0;
	int c;

	for (c = 0; c < CHANNEL_COUNT; c++)
		if (json_get_boolean(chosen, channel_name((enum channel)c), false))
			bits |= CHANNEL_BIT(c);
	return bits;
}

static int minute_of(const char *text)
{
	return strlen(text) == 5 ? (int)(strtol(text, NULL, 10) * 60 + strtol(text + 3, NULL, 10)) : 0;
}

static void quiet_facts(const struct json *quiet, struct decision_input *in)
{
	if (quiet == NULL || quiet->kind != JSON_OBJECT)
		return;
	in->quiet.from = minute_of(json_get_text(quiet, "from", "00:00"));
	in->quiet.to = minute_of(json_get_text(quiet, "to", "00:00"));
	in->quiet.time_zone = json_get_text(quiet, "time_zone", "");
	in->quiet_zone = tz_find(in->quiet.time_zone);
}

static void count_sent(const struct recipient *r, struct decision_input *in)
{
	day today = member_day(r->zone, in->now), week = member_week(r->zone, in->now);
	size_t i;

	for (i = 0; i < r->sent_count; i++) {
		bool same = strcmp(r->sent[i].category, in->category->name) == 0;
		bool this_day = member_day(r->zone, r->sent[i].at) == today;
		bool this_week = member_week(r->zone, r->sent[i].at) == week;

		in->sent_day += this_day;
		in->sent_week += this_week;
		in->sent_category_day += this_day && same;
		in->sent_category_week += this_week && same;
	}
}

/* A channel is as good as its best address. */
static void address_facts(const struct recipient *r, struct decision_input *in)
{
	enum suppression s;
	size_t i;
	int c;

	for (i = 0; i < r->target_count; i++) {
		c = (int)r->targets[i].channel;
		s = target_suppressed(&r->targets[i], in->category->name);
		if (!(in->addressed & CHANNEL_BIT(c)) || s < in->suppressed[c])
			in->suppressed[c] = s;
		in->addressed |= CHANNEL_BIT(c);
	}
}

void recipient_facts(const struct recipient *r, struct decision_input *in)
{
	const char *frequency = json_get_text(r->holds, "frequency", "immediate");

	in->zone = r->zone;
	in->marketing_consent = json_get_boolean(r->holds, "marketing_consent", false);
	in->opted_out = json_get_boolean(r->holds, "global_opt_out", false);
	in->wanted = wanted_of(r->holds, in->category->name);
	in->frequency = strcmp(frequency, "daily") == 0    ? FREQUENCY_DAILY
			: strcmp(frequency, "weekly") == 0 ? FREQUENCY_WEEKLY
							   : FREQUENCY_IMMEDIATE;
	quiet_facts(json_get(r->holds, "quiet_hours"), in);
	address_facts(r, in);
	count_sent(r, in);
}
