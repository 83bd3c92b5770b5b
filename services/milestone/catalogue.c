/*
 * catalogue.c - the definitions in use, read again when another one is
 */
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "services/milestone/milestone.h"
#include "services/milestone/store.h"

bool catalogue_refresh(struct daemon *d)
{
	struct milestones *s = d->state;
	void *scratch = talloc_named_const(s, 0, "catalogue");
	int64_t mark = store_catalogue_mark(d->db, scratch);
	struct catalogue *fresh;

	if (!db_failed(d->db) && mark != s->catalogue->mark && (fresh = store_catalogue(d->db, s)) != NULL) {
		talloc_free(s->catalogue);
		s->catalogue = fresh;
		fresh->mark = mark;
	}
	talloc_free(scratch);
	return !db_failed(d->db);
}

const struct milestone *catalogue_find(const struct catalogue *c, const char *milestone_id)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (strcmp(c->milestones[i]->id, milestone_id) == 0)
			return c->milestones[i];
	return NULL;
}
