/*
 * local_where.c - which local system, or which database, a command means
 */
#include "services/ctl/ctl.h"
#include "services/ctl/local.h"

#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>
#include "services/ctl/pg.h"

bool database_option(struct database_options *o, int option, const char *value)
{
	switch (option) {
	case DATABASE_DIR:
		o->dir = value;
		return true;
	case DATABASE_POSTGRES:
		o->postgres = value;
		return true;
	}
	return false;
}

const char *local_default_dir(const char *dir)
{
	const char *named = getenv("AE_DIR");

	if (dir)
		return dir;
	return named && *named ? named : "var";
}

const char *database_conninfo(const struct database_options *o, const char **error)
{
	const char *host = getenv("PGHOST");
	struct local *l;

	if (o->postgres)
		return o->postgres;
	if (!o->dir && host && *host)
		return "";
	if ((l = local_load(ctl_memory, local_default_dir(o->dir), error)) && local_running(l->dir))
		return local_conninfo(l, LOCAL_OWNER);
	if (l)
		*error = "the local system is not running";
	return NULL;
}

struct pg *database_open(const char *command, const struct database_options *o)
{
	const char *error = NULL, *conninfo = database_conninfo(o, &error);
	struct pg *pg = conninfo ? pg_open(ctl_memory, conninfo, &error) : NULL;

	if (!pg)
		fprintf(stderr, "%s: %s\n", command, error);
	return pg;
}
