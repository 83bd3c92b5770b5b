/*
 * catalogue.c - the programme's small tables, held in memory and renewed when their version moves
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/analytics.h"

bool refresh_catalogue(struct daemon *d)
{
	struct analytics *a = d->state;
	void *scratch = talloc_new(d);
	int64_t version = store_catalogue_version(d->db, scratch);
	struct catalogue *fresh;

	if (version >= 0 && version != a->catalogue->version && (fresh = store_catalogue(d->db, a)) != NULL) {
		talloc_free(a->catalogue);
		a->catalogue = fresh;
	}
	talloc_free(scratch);
	return false;
}

static int category_order(const void *code, const void *category)
{
	return strcmp(code, ((const struct category *)category)->code);
}

const char *catalogue_category_name(const struct catalogue *c, const char *code)
{
	const struct category *found = NULL;

	if (c->category_count > 0)
		found = bsearch(code, c->categories, c->category_count, sizeof(*found), category_order);
	return found ? found->name : code;
}

/* Among the windows that hold t the one that began last counts. */
double catalogue_multiplier(const struct catalogue *c, const char *category, instant t,
			    const struct offer **offer)
{
	const struct offer *best = NULL, *o;
	size_t i;

	for (i = 0; i < c->offer_count; i++) {
		o = &c->offers[i];
		if (strcmp(o->category, category) == 0 && o->from <= t && t < o->to &&
		    (!best || o->from >= best->from))
			best = o;
	}
	if (offer)
		*offer = best;
	return best ? best->multiplier : 1;
}
