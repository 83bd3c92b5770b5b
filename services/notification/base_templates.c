/*
 * base_templates.c - the release's templates (templates/) become versions in the database
 *
 * A newer release adds a version; a name that somebody else has written to is left alone.
 */
#include <talloc.h>

#include "gen/notification_texts.h"
#include "gen/sql/notification.h"
#include "services/notification/notifier.h"

void base_templates_put(struct db *db, const void *scratch)
{
	size_t i;

	for (i = 0; i < sizeof(base_templates) / sizeof(base_templates[0]); i++)
		db_query(db, scratch, SQL_NOTIFICATION_PUT_BASE_TEMPLATE, "tt", base_templates[i].name,
			 base_templates[i].document);
}

bool run_base_templates(struct daemon *d)
{
	struct notifier *n = d->state;
	void *scratch = talloc_named_const(n, 0, "base templates");

	if (!n->templates_put) {
		base_templates_put(d->db, scratch);
		n->templates_put = !db_failed(d->db);
	}
	talloc_free(scratch);
	return false;
}
