/*
 * entry.c - events as entries, and the difference that one makes
 *
 * A purchase counts as long as something of it is left; reversals that come before their purchase wait for
 * it, and one that names no purchase takes nothing back.
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/milestone/entry.h"

static instant happened(const struct log_event *e)
{
	static const char *const names[] = {"occurred_at", "effective_at", "enrolled_at"};
	const char *text;
	instant t;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((text = json_get_text(e->data, names[i], NULL)) != NULL && instant_parse(text, &t))
			return t;
	return e->time;
}

const char *entry_family(const char *type)
{
	static const char *const families[][2] = {
		{"TransactionProcessedEvent", "t:"}, {"RedemptionProcessedEvent", "r:"},
		{"PointsEarnedEvent", "p"},          {"TierAdvancedEvent", "l"},
		{"MemberEnrolledEvent", "e"},
	};
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (strcmp(families[i][0], type) == 0)
			return families[i][1];
	return NULL;
}

static void read_transaction(struct entry *n)
{
	const char *id = json_get_text(n->data, "transaction_id", "");

	n->takes_back = strcmp(json_get_text(n->data, "status", "completed"), "reversed") == 0;
	if (n->takes_back)
		id = json_get_text(n->data, "reverses", id);
	n->key = talloc_asprintf(n, "%s%s", n->key, id);
	n->amount = llabs(json_get_integer(n->data, "amount_minor", 0));
}

static void read_redemption(struct entry *n)
{
	n->takes_back = strcmp(json_get_text(n->data, "status", "completed"), "cancelled") == 0;
	n->key = talloc_asprintf(n, "%s%s", n->key, json_get_text(n->data, "redemption_id", ""));
}

struct entry *entry_new(const void *parent, const struct log_event *e)
{
	const char *family = entry_family(e->type);
	struct entry *n;

	if (e->data == NULL || family == NULL)
		return NULL;
	n = talloc_zero(parent, struct entry);
	*n = (struct entry){.position = e->position,
			    .type = e->type,
			    .key = family,
			    .time = happened(e),
			    .data = e->data};
	if (family[0] == 't')
		read_transaction(n);
	else if (family[0] == 'r')
		read_redemption(n);
	return n;
}

/* What all entries of a key come to together. */
struct worth {
	const struct entry *first; /* what was bought; NULL: only reversals are known */
	int64_t back;              /* the amounts of all reversals */
	size_t reversals;
};

static void add(struct worth *w, const struct entry *e)
{
	if (e->takes_back) {
		w->back += e->amount;
		w->reversals++;
	} else if (w->first == NULL) {
		w->first = e;
	}
}

static bool counts(const struct worth *w)
{
	return w->first && (w->reversals == 0 || w->first->amount > w->back);
}

static int64_t amount_left(const struct worth *w)
{
	return counts(w) ? w->first->amount - w->back : 0;
}

bool entry_change(const struct entry *const *before, size_t count, const struct entry *e, struct change *out)
{
	bool linked = e->key[0] == 't' || e->key[0] == 'r';
	struct worth old = {0}, new;
	size_t i;

	for (i = 0; linked && i < count; i++)
		add(&old, before[i]);
	new = old;
	add(&new, e);
	if (new.first == NULL)
		return false;
	*out = (struct change){new.first->type, new.first->data, new.first->time,
			       (int64_t)counts(&new) - (int64_t)counts(&old),
			       amount_left(&new) - amount_left(&old)};
	return out->count != 0 || out->amount != 0;
}
