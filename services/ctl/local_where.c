/*
 * local_where.c - which local system, or which database, a command means
 */
#include "services/ctl/local.h"

#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

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

const char *database_conninfo(const char *command, const struct database_options *o)
{
	const char *error = NULL, *host = getenv("PGHOST");
	struct local *l;

	if (o->postgres)
		return o->postgres;
	if (!o->dir && host && *host)
		return "";
	if ((l = local_load(NULL, local_default_dir(o->dir), &error)) && local_running(l->dir))
		return local_conninfo(l, LOCAL_OWNER);
	fprintf(stderr, "%s: %s\n", command, l ? "the local system is not running" : error);
	return NULL;
}
