/*
 * retail_history.c - the life of every member, derived from the shop's invoices
 *
 * Who becomes a member and in which order; the life itself is in retail_life.c.
 */
#include "services/ctl/retail_history.h"
#include "services/ctl/retail_life.h"
#include "common/progress.h"

#include <stdlib.h>
#include <talloc.h>

/* A customer's lines, and when they joined. */
struct joining {
	int64_t local;
	int32_t customer;
	size_t first, end;
};

instant retail_history_instant(const struct retail_history *h, int64_t local)
{
	return tz_from_local(h->zone, local + h->weeks * 7 * DAY_SECONDS);
}

static int joining_compare(const void *a, const void *b)
{
	const struct joining *x = a, *y = b;

	if (x->local != y->local)
		return x->local < y->local ? -1 : 1;
	return (x->customer > y->customer) - (x->customer < y->customer);
}

static int note_compare(const void *a, const void *b)
{
	const struct retail_note *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* One entry for each customer who ever bought something; what was cancelled before that is passed over. */
static struct joining *joinings_find(struct retail_history *h, size_t *count)
{
	const struct retail_shop *s = h->shop;
	struct joining *list = talloc_array(h, struct joining, names_count(s->customer_ids) + 1);
	const struct retail_invoice *invoice;
	int32_t customer = -1;
	bool joined = false;
	size_t i;

	for (*count = 0, i = 0; i < s->line_count; i++) {
		invoice = &s->invoices[s->lines[i].invoice];
		if (invoice->customer != customer)
			joined = false;
		customer = invoice->customer;
		if (joined)
			list[*count - 1].end = i + 1;
		else if (invoice->cancelled)
			h->strange++;
		else {
			list[(*count)++] = (struct joining){invoice->local, customer, i, i + 1};
			joined = true;
		}
	}
	return list;
}

struct retail_history *retail_history_play(const void *parent, const struct retail_shop *shop, int32_t weeks,
					   int64_t limit)
{
	struct retail_history *h = talloc_zero(parent, struct retail_history);
	struct joining *list;
	struct progress *p;
	size_t count, i;

	h->shop = shop;
	h->zone = tz_find("Europe/London");
	if (!h->zone)
		h->zone = tz_utc(); /* no tzdata: an hour off in summer is better than nothing */
	h->weeks = weeks;
	list = joinings_find(h, &count);
	qsort(list, count, sizeof(*list), joining_compare);
	if (limit > 0 && (size_t)limit < count)
		count = (size_t)limit;
	p = progress_new(h, "playing", "members", (int64_t)count);
	for (i = 0; i < count; i++) {
		retail_life_play(h, list[i].customer, list[i].first, list[i].end);
		progress_at(p, (int64_t)i + 1);
	}
	progress_end(p);
	h->members = (int32_t)count;
	if (h->note_count)
		qsort(h->notes, h->note_count, sizeof(*h->notes), note_compare);
	return h;
}
