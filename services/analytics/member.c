/*
 * member.c - lifetime sums of a member, and their compact JSON
 */
#include <string.h>
#include <talloc.h>

#include "services/analytics/json_rows.h"
#include "services/analytics/member.h"

struct member *member_new(const void *parent, const char *member_id, int shard, int64_t position)
{
	struct member *m = talloc_zero(parent, struct member);
	int i;

	m->member_id = talloc_strdup(m, member_id);
	m->shard = shard;
	m->first_position = position;
	m->enrolled_at = m->profile_time = INSTANT_NONE;
	m->birth_date = DAY_NONE;
	for (i = 0; i < PROFILE_FIELDS; i++)
		m->told[i] = INSTANT_NONE;
	member_reset(m);
	return m;
}

void member_reset(struct member *m)
{
	m->tier = NULL;
	m->tier_since = m->tier_valid_until = INSTANT_NONE;
	m->tier_changed = false;
	m->last_event_at = INSTANT_NONE;
	m->transactions = m->reversals = 0;
	m->first_transaction_at = m->last_transaction_at = INSTANT_NONE;
	m->points_earned = m->points_redeemed = 0;
	m->points = (struct points){0};
	m->currency_count = m->category_count = m->channel_count = 0;
}

struct currency_sum *member_currency(struct member *m, const char *currency)
{
	size_t i;

	for (i = 0; i < m->currency_count; i++)
		if (strcmp(m->currencies[i].currency, currency) == 0)
			return &m->currencies[i];
	m->currencies = talloc_realloc(m, m->currencies, struct currency_sum, m->currency_count + 1);
	m->currencies[m->currency_count] = (struct currency_sum){0};
	memcpy(m->currencies[m->currency_count].currency, currency, 3);
	return &m->currencies[m->currency_count++];
}

struct category_sum *member_category(struct member *m, const char *currency, const char *category)
{
	struct category_sum *c;
	size_t i;

	for (i = 0; i < m->category_count; i++)
		if (strcmp(m->categories[i].category, category) == 0 &&
		    strcmp(m->categories[i].currency, currency) == 0)
			return &m->categories[i];
	if (m->category_count >= MEMBER_CATEGORIES_MAX && strcmp(category, "other") != 0)
		return member_category(m, currency, "other");
	m->categories = talloc_realloc(m, m->categories, struct category_sum, m->category_count + 1);
	c = &m->categories[m->category_count++];
	*c = (struct category_sum){
		.category = talloc_strdup(m, category), .first = DAY_NONE, .last = DAY_NONE};
	memcpy(c->currency, currency, 3);
	return c;
}

struct channel_sum *member_channel(struct member *m, const char *channel)
{
	size_t i;

	for (i = 0; i < m->channel_count; i++)
		if (strcmp(m->channels[i].channel, channel) == 0)
			return &m->channels[i];
	m->channels = talloc_realloc(m, m->channels, struct channel_sum, m->channel_count + 1);
	m->channels[m->channel_count] = (struct channel_sum){talloc_strdup(m, channel), 0};
	return &m->channels[m->channel_count++];
}

static bool more_used(const struct currency_sum *a, const struct currency_sum *b)
{
	if (a->purchases != b->purchases)
		return a->purchases > b->purchases;
	if (a->spend_minor != b->spend_minor)
		return a->spend_minor > b->spend_minor;
	return strcmp(a->currency, b->currency) < 0;
}

const struct currency_sum *member_main_currency(const struct member *m)
{
	const struct currency_sum *best = NULL;
	size_t i;

	for (i = 0; i < m->currency_count; i++)
		if (best == NULL || more_used(&m->currencies[i], best))
			best = &m->currencies[i];
	return best;
}

const char *member_favourite_channel(const struct member *m)
{
	const struct channel_sum *best = NULL, *c;
	size_t i;

	for (i = 0; i < m->channel_count; i++) {
		c = &m->channels[i];
		if (best == NULL || c->purchases > best->purchases ||
		    (c->purchases == best->purchases && strcmp(c->channel, best->channel) < 0))
			best = c;
	}
	return best ? best->channel : NULL;
}

const struct tz *member_zone(const struct member *m, const struct tz *programme)
{
	const struct tz *zone = m->time_zone ? tz_find(m->time_zone) : NULL;

	return zone ? zone : programme;
}

void member_encode_state(struct json_writer *w, const struct member *m)
{
	size_t i;

	json_open_object(w, NULL);
	json_open_array(w, "currencies");
	for (i = 0; i < m->currency_count; i++) {
		json_open_array(w, NULL);
		json_put_text(w, NULL, m->currencies[i].currency);
		json_put_integer(w, NULL, m->currencies[i].spend_minor);
		json_put_integer(w, NULL, m->currencies[i].purchases);
		json_put_integer(w, NULL, m->currencies[i].reversals);
		json_close(w);
	}
	json_close(w);
	json_open_array(w, "categories");
	for (i = 0; i < m->category_count; i++) {
		json_open_array(w, NULL);
		json_put_text(w, NULL, m->categories[i].currency);
		json_put_text(w, NULL, m->categories[i].category);
		json_put_integer(w, NULL, m->categories[i].spend_minor);
		json_put_integer(w, NULL, m->categories[i].purchases);
		json_put_integer(w, NULL, m->categories[i].first);
		json_put_integer(w, NULL, m->categories[i].last);
		json_close(w);
	}
	json_close(w);
	json_open_array(w, "channels");
	for (i = 0; i < m->channel_count; i++) {
		json_open_array(w, NULL);
		json_put_text(w, NULL, m->channels[i].channel);
		json_put_integer(w, NULL, m->channels[i].purchases);
		json_close(w);
	}
	json_close(w);
	points_encode(w, &m->points);
	json_open_array(w, "told");
	for (i = 0; i < PROFILE_FIELDS; i++)
		if (m->told[i] == INSTANT_NONE)
			json_put_null(w, NULL);
		else
			json_put_integer(w, NULL, m->told[i]);
	json_close(w);
	json_put_boolean(w, "tier_changed", m->tier_changed);
	json_close(w);
}

static const struct json *rows_of(const struct json *state, const char *name, size_t *count)
{
	const struct json *array = json_get(state, name);

	*count = array ? array->count : 0;
	return array ? array->first : NULL;
}

void member_decode_state(struct member *m, const struct json *state)
{
	const struct json *v;
	struct category_sum *c;
	size_t n;

	v = rows_of(state, "currencies", &n);
	m->currencies = talloc_zero_array(m, struct currency_sum, n + 1);
	for (; v; v = v->next) {
		struct currency_sum *s = &m->currencies[m->currency_count++];

		memcpy(s->currency, row_text_at(v, 0), strnlen(row_text_at(v, 0), 3));
		s->spend_minor = row_integer_at(v, 1, 0);
		s->purchases = row_integer_at(v, 2, 0);
		s->reversals = row_integer_at(v, 3, 0);
	}
	v = rows_of(state, "categories", &n);
	m->categories = talloc_zero_array(m, struct category_sum, n + 1);
	for (; v; v = v->next) {
		c = &m->categories[m->category_count++];
		memcpy(c->currency, row_text_at(v, 0), strnlen(row_text_at(v, 0), 3));
		c->category = row_text_at(v, 1);
		c->spend_minor = row_integer_at(v, 2, 0);
		c->purchases = row_integer_at(v, 3, 0);
		c->first = (day)row_integer_at(v, 4, DAY_NONE);
		c->last = (day)row_integer_at(v, 5, DAY_NONE);
	}
	v = rows_of(state, "channels", &n);
	m->channels = talloc_zero_array(m, struct channel_sum, n + 1);
	for (; v; v = v->next)
		m->channels[m->channel_count++] = (struct channel_sum){row_text_at(v, 0),
								       row_integer_at(v, 1, 0)};
	points_decode(m, state, &m->points);
	for (n = 0; n < PROFILE_FIELDS; n++)
		m->told[n] = row_integer_at(json_get(state, "told"), n, INSTANT_NONE);
	m->tier_changed = json_get_boolean(state, "tier_changed", false);
}
