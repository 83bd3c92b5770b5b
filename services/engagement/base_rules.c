/*
 * base_rules.c - the release's rules (rules/) become versions in the database
 *
 * A newer release adds a version; a rule that somebody else has written to is left alone, and one that was
 * paused or retired stays so.
 */
#include <talloc.h>

#include "gen/engagement_rules.h"
#include "gen/sql/engagement.h"
#include "services/engagement/engager.h"

bool put_base_rules(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "base rules");
	struct engager *e = d->state;
	size_t i;

	for (i = 0; !e->rules_put && i < sizeof(base_rules) / sizeof(base_rules[0]); i++)
		db_query(d->db, scratch, SQL_ENGAGEMENT_PUT_BASE_RULE, "tt", base_rules[i].rule_id,
			 base_rules[i].document);
	e->rules_put = !db_failed(d->db);
	talloc_free(scratch);
	return false;
}
