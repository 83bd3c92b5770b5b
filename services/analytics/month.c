/*
 * month.c - the cells of a month: found or made, booked by the caller, kept as short JSON arrays
 *
 * All of them are sums, so the order in which events come does not matter.
 */
#include <string.h>
#include <talloc.h>

#include "services/analytics/json_rows.h"
#include "services/analytics/month.h"

struct month *month_new(const void *parent, const char *member_id, day start)
{
	struct month *m = talloc_zero(parent, struct month);

	m->member_id = member_id;
	m->start = start;
	return m;
}

/* Room for one more in an array whose talloc size is the capacity. */
#define GROW(m, array, count)                                                                              \
	do {                                                                                               \
		if ((count) == talloc_array_length(array))                                                 \
			(array) = talloc_realloc(m, array, __typeof__(*(array)), (count) ? (count)*2 : 8); \
	} while (0)

struct spend_cell *month_spend(struct month *m, const char *currency, int mday, const char *category)
{
	struct spend_cell *c;
	size_t i;

	for (i = m->spend_count; i-- > 0;) {
		c = &m->spend[i];
		if (c->mday == mday && strcmp(c->currency, currency) == 0 &&
		    strcmp(c->category, category) == 0)
			return c;
	}
	if (m->spend_count >= MONTH_CELLS_MAX && strcmp(category, "other") != 0)
		return month_spend(m, currency, mday, "other");
	GROW(m, m->spend, m->spend_count);
	c = &m->spend[m->spend_count++];
	*c = (struct spend_cell){.mday = mday, .category = talloc_strdup(m, category)};
	memcpy(c->currency, currency, 3);
	return c;
}

struct merchant_cell *month_merchant(struct month *m, const char *currency, const char *id, const char *name)
{
	struct merchant_cell *c;
	size_t i;

	for (i = 0; i < m->merchant_count; i++) {
		c = &m->merchants[i];
		if (strcmp(c->id, id) == 0 && strcmp(c->currency, currency) == 0)
			return c;
	}
	if (m->merchant_count >= MONTH_MERCHANTS_MAX && strcmp(id, "other") != 0)
		return month_merchant(m, currency, "other", "Other");
	GROW(m, m->merchants, m->merchant_count);
	c = &m->merchants[m->merchant_count++];
	*c = (struct merchant_cell){.id = talloc_strdup(m, id), .name = talloc_strdup(m, name)};
	memcpy(c->currency, currency, 3);
	return c;
}

struct channel_cell *month_channel(struct month *m, const char *currency, const char *channel)
{
	struct channel_cell *c;
	size_t i;

	for (i = 0; i < m->channel_count; i++) {
		c = &m->channels[i];
		if (strcmp(c->channel, channel) == 0 && strcmp(c->currency, currency) == 0)
			return c;
	}
	GROW(m, m->channels, m->channel_count);
	c = &m->channels[m->channel_count++];
	*c = (struct channel_cell){.channel = talloc_strdup(m, channel)};
	memcpy(c->currency, currency, 3);
	return c;
}

struct points_cell *month_points(struct month *m, int mday, const char *category)
{
	struct points_cell *c;
	size_t i;

	for (i = m->points_count; i-- > 0;) {
		c = &m->points[i];
		if (c->mday == mday && strcmp(c->category, category) == 0)
			return c;
	}
	if (m->points_count >= MONTH_CELLS_MAX && strcmp(category, "other") != 0)
		return month_points(m, mday, "other");
	GROW(m, m->points, m->points_count);
	c = &m->points[m->points_count++];
	*c = (struct points_cell){.mday = mday, .category = talloc_strdup(m, category)};
	return c;
}

/* --- JSON ------------------------------------------------------------------------------------------ */

void month_encode_spend(struct json_writer *w, const struct month *m)
{
	const struct spend_cell *c;

	json_open_array(w, NULL);
	for (c = m->spend; c < m->spend + m->spend_count; c++) {
		json_open_array(w, NULL);
		json_put_text(w, NULL, c->currency);
		json_put_integer(w, NULL, c->mday);
		json_put_text(w, NULL, c->category);
		json_put_integer(w, NULL, c->spend_minor);
		json_put_integer(w, NULL, c->purchases);
		json_put_integer(w, NULL, c->reversals);
		json_close(w);
	}
	json_close(w);
}

void month_encode_merchants(struct json_writer *w, const struct month *m)
{
	const struct merchant_cell *c;

	json_open_array(w, NULL);
	for (c = m->merchants; c < m->merchants + m->merchant_count; c++) {
		json_open_array(w, NULL);
		json_put_text(w, NULL, c->currency);
		json_put_text(w, NULL, c->id);
		json_put_text(w, NULL, c->name);
		json_put_integer(w, NULL, c->spend_minor);
		json_put_integer(w, NULL, c->purchases);
		json_close(w);
	}
	json_close(w);
}

void month_encode_channels(struct json_writer *w, const struct month *m)
{
	const struct channel_cell *c;

	json_open_array(w, NULL);
	for (c = m->channels; c < m->channels + m->channel_count; c++) {
		json_open_array(w, NULL);
		json_put_text(w, NULL, c->currency);
		json_put_text(w, NULL, c->channel);
		json_put_integer(w, NULL, c->spend_minor);
		json_put_integer(w, NULL, c->purchases);
		json_close(w);
	}
	json_close(w);
}

void month_encode_points(struct json_writer *w, const struct month *m)
{
	const struct points_cell *c;

	json_open_array(w, NULL);
	for (c = m->points; c < m->points + m->points_count; c++) {
		json_open_array(w, NULL);
		json_put_integer(w, NULL, c->mday);
		json_put_text(w, NULL, c->category);
		json_put_integer(w, NULL, c->earned);
		json_put_integer(w, NULL, c->redeemed);
		json_put_integer(w, NULL, c->qualifying);
		json_close(w);
	}
	json_close(w);
}

static const struct json *parse(struct month *m, const char *text, size_t length)
{
	const char *error;

	return text ? json_parse(m, text, length, &error) : NULL;
}

static void copy_currency(char out[4], const char *text)
{
	memcpy(out, text, strnlen(text, 3));
}

static void decode_spend(struct month *m, const struct json *array)
{
	const struct json *v;
	struct spend_cell *c;

	m->spend = talloc_zero_array(m, struct spend_cell, array->count + 8);
	for (v = array->first; v; v = v->next) {
		c = &m->spend[m->spend_count++];
		copy_currency(c->currency, row_text_at(v, 0));
		c->mday = (int)row_integer_at(v, 1, 1);
		c->category = row_text_at(v, 2);
		c->spend_minor = row_integer_at(v, 3, 0);
		c->purchases = row_integer_at(v, 4, 0);
		c->reversals = row_integer_at(v, 5, 0);
	}
}

static void decode_merchants(struct month *m, const struct json *array)
{
	const struct json *v;
	struct merchant_cell *c;

	m->merchants = talloc_zero_array(m, struct merchant_cell, array->count + 8);
	for (v = array->first; v; v = v->next) {
		c = &m->merchants[m->merchant_count++];
		copy_currency(c->currency, row_text_at(v, 0));
		c->id = row_text_at(v, 1);
		c->name = row_text_at(v, 2);
		c->spend_minor = row_integer_at(v, 3, 0);
		c->purchases = row_integer_at(v, 4, 0);
	}
}

static void decode_channels(struct month *m, const struct json *array)
{
	const struct json *v;
	struct channel_cell *c;

	m->channels = talloc_zero_array(m, struct channel_cell, array->count + 8);
	for (v = array->first; v; v = v->next) {
		c = &m->channels[m->channel_count++];
		copy_currency(c->currency, row_text_at(v, 0));
		c->channel = row_text_at(v, 1);
		c->spend_minor = row_integer_at(v, 2, 0);
		c->purchases = row_integer_at(v, 3, 0);
	}
}

static void decode_points(struct month *m, const struct json *array)
{
	const struct json *v;
	struct points_cell *c;

	m->points = talloc_zero_array(m, struct points_cell, array->count + 8);
	for (v = array->first; v; v = v->next) {
		c = &m->points[m->points_count++];
		c->mday = (int)row_integer_at(v, 0, 1);
		c->category = row_text_at(v, 1);
		c->earned = row_integer_at(v, 2, 0);
		c->redeemed = row_integer_at(v, 3, 0);
		c->qualifying = row_integer_at(v, 4, 0);
	}
}

void month_decode(struct month *m, const char *spend, size_t spend_length, const char *merchants,
		  size_t merchants_length, const char *channels, size_t channels_length, const char *points,
		  size_t points_length)
{
	const struct json *array;

	if ((array = parse(m, spend, spend_length)) != NULL)
		decode_spend(m, array);
	if ((array = parse(m, merchants, merchants_length)) != NULL)
		decode_merchants(m, array);
	if ((array = parse(m, channels, channels_length)) != NULL)
		decode_channels(m, array);
	if ((array = parse(m, points, points_length)) != NULL)
		decode_points(m, array);
}
