/*
 * tally_forget.c - periods long over leave the tally; the log still has them (see tally.h)
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/milestone/tally.h"

struct row {
	int64_t first, last;
};

/* The longest row (the first of several), and the one that may go on in the period `next`. */
static void find_rows(const struct milestone *m, const struct bucket *b, int64_t next, struct row *longest,
		      struct row *open)
{
	size_t count, i;
	int64_t *found = bucket_full_periods(NULL, m, b, &count), first = 0;

	*longest = *open = (struct row){1, 0};
	for (i = 0; i < count; i++) {
		if (i == 0 || found[i] != found[i - 1] + 1)
			first = found[i];
		if (found[i] - first > longest->last - longest->first)
			*longest = (struct row){first, found[i]};
		if (found[i] == next - 1)
			*open = (struct row){first, found[i]};
	}
	talloc_free(found);
}

static bool within(const struct row *r, int64_t n)
{
	return n >= r->first && n <= r->last;
}

static bool forget_items(struct bucket *b, const struct milestone *m, int64_t next)
{
	struct row longest, open;
	size_t i, kept = 0;
	int64_t n;

	find_rows(m, b, next, &longest, &open);
	for (i = 0; i < b->item_count; i++) {
		n = strtoll(b->items[i].name, NULL, 10);
		if (n >= next || within(&longest, n) || within(&open, n))
			b->items[kept++] = b->items[i];
	}
	if (kept == b->item_count)
		return false;
	b->item_count = kept;
	return true;
}

bool tally_forget(struct tally *t, const struct milestone *m, day before)
{
	const char *name = period_name(t, m->per, before);
	bool forgot = false;
	size_t i, kept = 0;

	for (i = 0; i < t->count; i++)
		if (i + 1 == t->count || strcmp(t->buckets[i].name, name) >= 0)
			t->buckets[kept++] = t->buckets[i];
	forgot = kept < t->count;
	t->count = kept;
	for (i = 0; m->kind == KIND_STREAK && i < t->count; i++)
		forgot |= forget_items(&t->buckets[i], m, period_index(m->streak, before));
	return forgot;
}

bool tally_forgot(const struct milestone *m, day before, day d)
{
	return before != DAY_NONE &&
	       (period_index(m->per, d) < period_index(m->per, before) ||
		(m->kind == KIND_STREAK && period_index(m->streak, d) < period_index(m->streak, before)));
}
