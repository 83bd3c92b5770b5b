/*
 * tally.c - sums, counts, things told apart, and rows of periods (see tally.h)
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/milestone/cuts.h"
#include "services/milestone/tally.h"

struct tally *tally_new(const void *parent)
{
	return talloc_zero(parent, struct tally);
}

static void read_bucket(struct tally *t, struct bucket *b, const struct json *from)
{
	const struct json *name = from->first, *value = name->next, *items = value->next, *item;

	*b = (struct bucket){.name = talloc_strdup(t, name->text), .value = value->real};
	b->items = talloc_array(t, struct tally_item, items->count);
	for (item = items->first; item; item = item->next)
		b->items[b->item_count++] = (struct tally_item){talloc_strdup(t, item->first->text),
								item->first->next->integer};
}

struct tally *tally_read(const void *parent, const struct json *state)
{
	struct tally *t = tally_new(parent);
	const struct json *b;

	if (state == NULL || state->kind != JSON_ARRAY)
		return NULL;
	t->buckets = talloc_array(t, struct bucket, state->count);
	for (b = state->first; b; b = b->next) {
		if (b->kind != JSON_ARRAY || b->count != 3)
			return NULL;
		read_bucket(t, &t->buckets[t->count++], b);
	}
	return t;
}

static void write_bucket(struct json_writer *w, const struct bucket *b)
{
	size_t i;

	json_open_array(w, NULL);
	json_put_text(w, NULL, b->name);
	json_put_real(w, NULL, b->value);
	json_open_array(w, NULL);
	for (i = 0; i < b->item_count; i++) {
		if (b->items[i].count == 0)
			continue;
		json_open_array(w, NULL);
		json_put_text(w, NULL, b->items[i].name);
		json_put_integer(w, NULL, b->items[i].count);
		json_close(w);
	}
	json_close(w);
	json_close(w);
}

void tally_write(struct json_writer *w, const struct tally *t)
{
	size_t i;

	json_open_array(w, NULL);
	for (i = 0; i < t->count; i++)
		write_bucket(w, &t->buckets[i]);
	json_close(w);
}

/* --- booking ---------------------------------------------------------------------------------------- */

static bool concerns(const void *scratch, const struct milestone *m, const struct change *c)
{
	const char *error;
	bool truth;

	if (m->event == NULL || strcmp(m->event, c->type) != 0 || c->time < m->from || c->time >= m->until)
		return false;
	if (m->currency && strcmp(json_get_text(c->data, "currency", ""), m->currency) != 0)
		return false;
	if (m->tier && (strcmp(json_get_text(c->data, "to_tier", ""), m->tier) != 0 ||
			strcmp(json_get_text(c->data, "direction", "up"), "up") != 0))
		return false;
	if (m->filter == NULL)
		return true;
	if (logic_judge(scratch, m->filter, c->data, NULL, &truth, &error))
		return truth;
	cuts_add(m->id, "/filter", error);
	return false;
}

static struct bucket *open_bucket(struct tally *t, const char *name)
{
	size_t at = t->count;

	while (at > 0 && strcmp(t->buckets[at - 1].name, name) > 0)
		at--;
	if (at > 0 && strcmp(t->buckets[at - 1].name, name) == 0)
		return &t->buckets[at - 1];
	t->buckets = talloc_realloc(t, t->buckets, struct bucket, t->count + 1);
	memmove(t->buckets + at + 1, t->buckets + at, (t->count - at) * sizeof(*t->buckets));
	t->count++;
	t->buckets[at] = (struct bucket){.name = talloc_strdup(t, name)};
	return &t->buckets[at];
}

static void count_item(struct tally *t, struct bucket *b, const char *name, int64_t count)
{
	size_t i;

	for (i = 0; i < b->item_count; i++)
		if (strcmp(b->items[i].name, name) == 0) {
			b->items[i].count += count;
			return;
		}
	b->items = talloc_realloc(t, b->items, struct tally_item, b->item_count + 1);
	b->items[b->item_count++] = (struct tally_item){talloc_strdup(t, name), count};
}

/* What is told apart: a text as it is, anything else as JSON spells it. */
static const char *thing(const void *scratch, const struct milestone *m, const struct change *c)
{
	const struct json *v = json_get(c->data, m->of);
	struct json_writer *w;

	if (v == NULL || v->kind == JSON_NULL)
		return NULL;
	if (v->kind == JSON_TEXT)
		return v->text;
	w = json_writer_new(scratch);
	json_put_value(w, NULL, v);
	return json_text(w, NULL);
}

static double amount(const struct milestone *m, const struct change *c)
{
	if (m->currency)
		return (double)c->amount;
	return json_get_real(c->data, m->of, 0) * (double)c->count;
}

static void book(struct tally *t, struct bucket *b, const struct milestone *m, const struct change *c, day d)
{
	const char *name;

	switch (m->kind) {
	case KIND_COUNT:
	case KIND_TIER:
		b->value += (double)c->count;
		break;
	case KIND_SUM:
		b->value += amount(m, c);
		break;
	case KIND_DISTINCT:
		if ((name = thing(t, m, c)) != NULL)
			count_item(t, b, name, c->count);
		break;
	case KIND_STREAK:
		count_item(t, b, talloc_asprintf(t, "%lld", (long long)period_index(m->streak, d)), c->count);
		break;
	case KIND_ANNIVERSARY:
	case KIND_BIRTHDAY:
	case KIND_RULE:
	case KIND_UNKNOWN:
		break;
	}
}

struct bucket *tally_apply(struct tally *t, const struct milestone *m, const struct tz *zone,
			   const struct change *c, int64_t *before)
{
	void *scratch = talloc_new(t);
	day d = tz_day(zone, c->time);
	struct bucket *b = NULL;

	if (concerns(scratch, m, c)) {
		b = open_bucket(t, period_name(scratch, m->per, d));
		*before = bucket_reached(m, b);
		book(t, b, m, c, d);
	}
	talloc_free(scratch);
	return b;
}

/* --- what it comes to ------------------------------------------------------------------------------- */

static int by_index(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int64_t *bucket_full_periods(const void *parent, const struct milestone *m, const struct bucket *b,
			     size_t *count)
{
	int64_t *found = talloc_array(parent, int64_t, b->item_count + 1);
	size_t i;

	*count = 0;
	for (i = 0; i < b->item_count; i++)
		if (b->items[i].count >= m->least)
			found[(*count)++] = strtoll(b->items[i].name, NULL, 10);
	qsort(found, *count, sizeof(*found), by_index);
	return found;
}

/* The longest row of periods; or, with `last` >= 0, the one that reaches up to it or to the one before. */
static int64_t longest_row(const struct milestone *m, const struct bucket *b, int64_t last)
{
	size_t count, i;
	int64_t *found = bucket_full_periods(NULL, m, b, &count), row = 0, best = 0;

	for (i = 0; i < count; i++) {
		row = i > 0 && found[i] == found[i - 1] + 1 ? row + 1 : 1;
		best = row > best ? row : best;
	}
	if (last >= 0)
		best = count > 0 && found[count - 1] >= last - 1 ? row : 0;
	talloc_free(found);
	return best;
}

double bucket_value(const struct milestone *m, const struct bucket *b)
{
	double found = 0;
	size_t i;

	if (m->kind == KIND_STREAK)
		return (double)longest_row(m, b, -1);
	if (m->kind != KIND_DISTINCT)
		return b->value;
	for (i = 0; i < b->item_count; i++)
		found += b->items[i].count > 0;
	return found;
}

double bucket_current(const struct milestone *m, const struct bucket *b, day today)
{
	if (m->kind == KIND_STREAK)
		return (double)longest_row(m, b, period_index(m->streak, today));
	return bucket_value(m, b);
}

int64_t bucket_reached(const struct milestone *m, const struct bucket *b)
{
	double over = bucket_value(m, b) - m->target;

	if (over < 0)
		return 0;
	if (m->every <= 0)
		return 1;
	return over / m->every >= OCCURRENCES_MAX - 1 ? OCCURRENCES_MAX : 1 + (int64_t)(over / m->every);
}

const char *occurrence_name(const void *parent, const struct milestone *m, const struct bucket *b, int64_t k)
{
	if (m->every > 0)
		return talloc_asprintf(parent, "n%lld", (long long)k);
	return b->name[0] ? talloc_strdup(parent, b->name) : "once";
}

double occurrence_target(const struct milestone *m, int64_t k)
{
	return m->target + (double)(k - 1) * m->every;
}

const struct bucket *tally_find(const struct tally *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (strcmp(t->buckets[i].name, name) == 0)
			return &t->buckets[i];
	return NULL;
}

const struct bucket *tally_current(const struct tally *t, const struct milestone *m, day today)
{
	return tally_find(t, period_name(t, m->per, today));
}
