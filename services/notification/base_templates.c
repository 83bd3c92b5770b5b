/*
 * base_templates.c - the release's templates (templates/) become versions in the database
 *
 * A newer release adds a version; a name that somebody else has written to is left alone.
 */
#include "gen/notification_texts.h"
#include "gen/sql/notification.h"
#include "services/notification/notifier.h"

void base_templates_put(struct daemon *d)
{
	const struct notifier *n = d->state;
	size_t i;

	for (i = 0; !n->templates_put && i < sizeof(base_templates) / sizeof(base_templates[0]); i++)
		db_query(d->db, n, SQL_NOTIFICATION_PUT_BASE_TEMPLATE, "tt", base_templates[i].name,
			 base_templates[i].document);
}

bool run_base_templates(struct daemon *d)
{
	base_templates_put(d);
	base_templates_committed(d);
	return false;
}

void base_templates_committed(struct daemon *d)
{
	if (!db_failed(d->db))
		((struct notifier *)d->state)->templates_put = true;
}
