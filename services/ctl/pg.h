/*
 * pg.h - aectl's connection to PostgreSQL, as the schema's owner
 *
 * Commands run a handful of statements and wait for them, so this is libpq with text parameters.
 * --dir D (a local system) or the PG* environment variables and --postgres say where it is.
 */
#ifndef AE_CTL_PG_H
#define AE_CTL_PG_H

#include <libpq-fe.h>
#include <stdbool.h>
#include "gen/sql/ctl.h"

struct pg {
	PGconn *conn;
};

/* NULL: *error says why. conninfo "" takes libpq's own environment variables. */
struct pg *pg_open(const void *parent, const char *conninfo, const char **error);
/*
 * Runs a statement of sql/queries/ctl/ (SQL_CTL_...) with count text parameters, NULL = null.
 * NULL: it failed, pg_error says why. The result belongs to pg.
 */
PGresult *pg_query(struct pg *pg, int statement, int count, const char *const *values);
/* Plain text, several statements allowed. False: pg_error says why. */
bool pg_run(struct pg *pg, const char *sql);
const char *pg_error(const struct pg *pg);

#endif
