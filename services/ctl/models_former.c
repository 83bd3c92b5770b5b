/*
 * models_former.c - the model that another has replaced, and putting it into use again
 */
#include <talloc.h>
#include "services/ctl/ctl.h"
#include "services/ctl/models.h"

const char *models_former(struct pg *pg, const struct models_options *o, const char *from, const char **id)
{
	const char *former = models_value(pg, SQL_CTL_FORMER_CHAMPION, 1, &from), *error = NULL;
	struct model_entry *m;

	*id = former && *former ? former : NULL;
	if (!former)
		return pg_error(pg);
	if (!*id)
		return NULL;
	if (!(m = models_entry(pg, *id, &error)) ||
	    !models_open(o, models_file(o, m->id), m->hash, 0, &error))
		return error;
	return NULL;
}

const char *models_restore(struct pg *pg, const struct models_options *o, const char *id)
{
	const char *values[] = {id, o->by, o->reason};

	return models_value(pg, SQL_CTL_RESTORE_MODEL, 3, values) ? NULL : pg_error(pg);
}
