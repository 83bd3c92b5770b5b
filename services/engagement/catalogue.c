/*
 * catalogue.c - the catalogue in force (see catalogue.h)
 */
#include <string.h>
#include <talloc.h>

#include "services/engagement/engager.h"

struct catalogue *catalogue_current(struct daemon *d)
{
	struct engager *e = d->state;
	struct catalogue *fresh;

	if (e->catalogue && e->catalogue_looked > 0 && clock_monotonic() - e->catalogue_looked < SECOND)
		return e->catalogue;
	if (e->catalogue == NULL || !store_catalogue_current(d->db, e->catalogue)) {
		fresh = db_failed(d->db) ? NULL : store_catalogue(d->db, e);
		if (fresh == NULL)
			return NULL;
		talloc_free(e->catalogue);
		e->catalogue = fresh;
	}
	e->catalogue_looked = clock_monotonic();
	metric_set(e->version, NULL, (double)e->catalogue->rules_version);
	return e->catalogue;
}

struct catalogue *catalogue_newest(struct daemon *d)
{
	struct engager *e = d->state;

	e->catalogue_looked = 0;
	return catalogue_current(d);
}

const struct rule *catalogue_rule(const struct catalogue *c, const char *rule_id)
{
	size_t i;

	for (i = 0; i < c->rule_count; i++)
		if (strcmp(c->rules[i]->rule_id, rule_id) == 0)
			return c->rules[i];
	return NULL;
}

int64_t catalogue_tier_points(const struct catalogue *c, const char *tier)
{
	size_t i;

	for (i = 0; i < c->tier_count; i++)
		if (strcmp(c->tiers[i].name, tier) == 0)
			return c->tiers[i].points;
	return -1;
}
