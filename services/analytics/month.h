/*
 * month.h - one member's month, in the member's zone: the row of spending_summaries
 */
#ifndef AE_MONTH_H
#define AE_MONTH_H

#include "common/clock.h"
#include "common/json.h"

struct spend_cell {
	char currency[4];
	int mday; /* 1-31 */
	const char *category;
	int64_t spend_minor, purchases, reversals;
};

struct merchant_cell {
	char currency[4];
	const char *id, *name;
	int64_t spend_minor, purchases;
};

struct channel_cell {
	char currency[4];
	const char *channel;
	int64_t spend_minor, purchases;
};

struct points_cell {
	int mday;
	const char *category;
	int64_t earned, redeemed, qualifying;
};

struct month {
	const char *member_id;
	day start; /* first of the month */
	struct spend_cell *spend;
	size_t spend_count;
	struct merchant_cell *merchants;
	size_t merchant_count;
	struct channel_cell *channels;
	size_t channel_count;
	struct points_cell *points;
	size_t points_count;
};

enum {
	MONTH_CELLS_MAX = 4000,
	MONTH_MERCHANTS_MAX = 200
}; /* more are booked as "other" */

struct month *month_new(const void *parent, const char *member_id, day start);
struct spend_cell *month_spend(struct month *m, const char *currency, int mday, const char *category);
struct merchant_cell *month_merchant(struct month *m, const char *currency, const char *id, const char *name);
struct channel_cell *month_channel(struct month *m, const char *currency, const char *channel);
struct points_cell *month_points(struct month *m, int mday, const char *category);

void month_encode_spend(struct json_writer *w, const struct month *m);
void month_encode_merchants(struct json_writer *w, const struct month *m);
void month_encode_channels(struct json_writer *w, const struct month *m);
void month_encode_points(struct json_writer *w, const struct month *m);
/* Fills a month from the four columns; a column may be NULL. Texts hang under the month. */
void month_decode(struct month *m, const char *spend, size_t spend_length, const char *merchants,
		  size_t merchants_length, const char *channels, size_t channels_length, const char *points,
		  size_t points_length);

#endif
