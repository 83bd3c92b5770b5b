/*
 * base_definitions.c - the release's milestones (definitions/) become versions in the database, and are in
 * use
 *
 * A newer release adds a version; a name that somebody else has written to is left alone.
 */
#include <talloc.h>

#include "gen/milestone_definitions.h"
#include "gen/sql/milestone.h"
#include "services/milestone/milestone.h"

void base_definitions_put(struct db *db, const void *scratch)
{
	size_t i;

	for (i = 0; i < sizeof(base_definitions) / sizeof(base_definitions[0]); i++)
		db_query(db, scratch, SQL_MILESTONE_PUT_BASE_DEFINITION, "tt", base_definitions[i].name,
			 base_definitions[i].document);
}

bool run_base_definitions(struct daemon *d)
{
	struct milestones *s = d->state;
	void *scratch = talloc_named_const(s, 0, "base definitions");

	if (!s->base_put) {
		base_definitions_put(d->db, scratch);
		s->base_put = !db_failed(d->db);
	}
	talloc_free(scratch);
	return false;
}
