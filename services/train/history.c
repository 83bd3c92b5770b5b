/*
 * history.c - what is known before a moment, and what was wanted after it
 */
#include "services/train/history.h"

#include <math.h>
#include <talloc.h>

#define DAY_MICROSECONDS ((double)(DAY_SECONDS * SECOND))

struct builder {
	const struct interactions *log;
	const struct window *w;
	const struct history_options *o;
	struct history *h;
	int32_t *item_number, *member_number; /* -1: not considered */
	struct cell *cells;
};

static double days_between(instant from, instant to)
{
	return (double)(to - from) / DAY_MICROSECONDS;
}

static bool is_known(const struct builder *b, const struct interaction *row)
{
	return row->at < b->w->from[row->member];
}

static bool is_wanted(const struct builder *b, const struct interaction *row)
{
	return row->at >= b->w->from[row->member] && row->at < b->w->until[row->member];
}

/* When a member's list is made. */
static instant member_now(const struct builder *b, int32_t member)
{
	return b->w->from[member] == INSTANT_MAX ? b->w->now : b->w->from[member];
}

/* Distinct members by item, known and not before `since`. */
static int32_t *buyers_count(const struct builder *b, instant since)
{
	size_t items = (size_t)names_count(b->log->items), i;
	int32_t *count = talloc_zero_array(b->h, int32_t, items);
	int32_t *last = talloc_array(b->h, int32_t, items);

	for (i = 0; i < items; i++)
		last[i] = -1;
	for (i = 0; i < b->log->count; i++) {
		const struct interaction *row = &b->log->rows[i];

		if (is_known(b, row) && row->at >= since && last[row->item] != row->member) {
			last[row->item] = row->member;
			count[row->item]++;
		}
	}
	talloc_free(last);
	return count;
}

static void items_number(struct builder *b)
{
	int32_t items = names_count(b->log->items), i, *buyers = buyers_count(b, INSTANT_MIN);
	int32_t *recent = buyers_count(b, b->w->now - (instant)(b->o->recent * DAY_MICROSECONDS));
	struct history *h = b->h;

	b->item_number = talloc_array(h, int32_t, items);
	h->item = talloc_array(h, int32_t, items);
	h->buyers = talloc_array(h, float, items);
	h->recent_buyers = talloc_array(h, float, items);
	for (i = 0; i < items; i++) {
		b->item_number[i] = -1;
		if (buyers[i] == 0 || buyers[i] < b->o->least_buyers)
			continue;
		h->item[h->items] = i;
		h->buyers[h->items] = (float)buyers[i];
		h->recent_buyers[h->items] = (float)recent[i];
		b->item_number[i] = h->items++;
	}
	talloc_free(buyers);
	talloc_free(recent);
}

/* Members of whom something is known. */
static void members_number(struct builder *b)
{
	int32_t members = names_count(b->log->members), m;
	struct history *h = b->h;

	b->member_number = talloc_array(h, int32_t, members);
	h->member = talloc_array(h, int32_t, members);
	for (m = 0; m < members; m++) {
		size_t i;

		b->member_number[m] = -1;
		for (i = b->log->begins[m]; i < b->log->begins[m + 1]; i++)
			if (is_known(b, &b->log->rows[i]) && b->item_number[b->log->rows[i].item] >= 0) {
				h->member[h->members] = m;
				b->member_number[m] = h->members++;
				break;
			}
	}
}

static struct sparse *pairs_of(const struct builder *b,
			       bool (*chosen)(const struct builder *, const struct interaction *))
{
	size_t i, count = 0;

	for (i = 0; i < b->log->count; i++) {
		const struct interaction *row = &b->log->rows[i];
		struct cell c = {b->member_number[row->member], b->item_number[row->item]};

		if (c.row >= 0 && c.column >= 0 && chosen(b, row))
			b->cells[count++] = c;
	}
	return sparse_new(b->h, b->h->members, b->h->items, b->cells, count);
}

/* The entry of a pair that is there. */
static size_t entry_find(const struct sparse *m, int32_t row, int32_t column)
{
	size_t low = m->begins[row], high = m->begins[row + 1];

	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (m->index[middle] <= column)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* A member's rows are in order of time: the last is the newest. */
static void member_describe(const struct builder *b, int32_t member)
{
	struct history *h = b->h;
	int32_t from = h->member[member];
	instant now = member_now(b, from), basket = INSTANT_NONE;
	size_t i;

	for (i = b->log->begins[from]; i < b->log->begins[from + 1]; i++) {
		const struct interaction *row = &b->log->rows[i];
		double age = days_between(row->at, now);
		size_t at;

		if (!is_known(b, row))
			break;
		if (row->at != basket)
			h->baskets[member]++;
		basket = row->at;
		h->recency[member] = (float)age;
		if (b->item_number[row->item] < 0)
			continue;
		at = entry_find(h->owned, member, b->item_number[row->item]);
		h->times[at]++;
		h->decayed[at] += (float)exp2(-age / b->o->half_life);
		h->idle[at] = (float)age;
	}
}

struct history *history_new(const void *parent, const struct interactions *log, const struct window *w,
			    const struct history_options *o)
{
	struct history *h = talloc_zero(parent, struct history);
	struct builder b = {.log = log, .w = w, .o = o, .h = h};
	size_t entries;
	int32_t m;

	items_number(&b);
	members_number(&b);
	b.cells = talloc_array(h, struct cell, log->count);
	h->owned = pairs_of(&b, is_known);
	h->wanted = pairs_of(&b, is_wanted);
	entries = sparse_entries(h->owned);
	h->times = talloc_zero_array(h, float, entries);
	h->decayed = talloc_zero_array(h, float, entries);
	h->idle = talloc_zero_array(h, float, entries);
	h->baskets = talloc_zero_array(h, int32_t, h->members);
	h->recency = talloc_zero_array(h, float, h->members);
	for (m = 0; m < h->members; m++)
		member_describe(&b, m);
	talloc_free(b.cells);
	talloc_free(b.item_number);
	talloc_free(b.member_number);
	return h;
}
