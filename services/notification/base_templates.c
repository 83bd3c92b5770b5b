/*
 * base_templates.c - the release's templates (templates/) become versions in the database
 *
 * A newer release adds a version; a name that somebody else has written to is left alone.
 */
#include "gen/notification_texts.h"
#include "gen/sql/notification.h"
#include "services/notification/notifier.h"

bool put_base_templates(struct daemon *d)
{
	struct notifier *n = d->state;
	size_t i;

	if (n->templates_put)
		return false;
	for (i = 0; i < sizeof(base_templates) / sizeof(base_templates[0]); i++)
		db_query(d->db, n, SQL_NOTIFICATION_PUT_BASE_TEMPLATE, "tt", base_templates[i].name,
			 base_templates[i].document);
	n->templates_put = !db_failed(d->db);
	return false;
}
