/*
 * pg.c - aectl's connection to PostgreSQL (see pg.h)
 */
#include "services/ctl/pg.h"

#include <string.h>
#include <talloc.h>
#include "common/db.h"

static const struct statement statements[] = {SQL_CTL_STATEMENTS};

struct pg_result {
	PGresult *result;
};

static int pg_close(struct pg *pg)
{
	PQfinish(pg->conn);
	return 0;
}

static int result_clear(struct pg_result *r)
{
	PQclear(r->result);
	return 0;
}

/* libpq ends its messages with a line feed. */
static const char *one_line(const void *parent, const char *message)
{
	char *text = talloc_strdup(parent, message);
	size_t length = strlen(text);

	while (length && text[length - 1] == '\n')
		text[--length] = '\0';
	return text;
}

struct pg *pg_open(const void *parent, const char *conninfo, const char **error)
{
	const char *keywords[] = {"dbname", "connect_timeout", "application_name", "options", NULL};
	const char *values[] = {conninfo, "10", "aectl", "-c client_min_messages=warning", NULL};
	struct pg *pg = talloc_zero(parent, struct pg);

	pg->conn = PQconnectdbParams(keywords, values, 1);
	talloc_set_destructor(pg, pg_close);
	if (PQstatus(pg->conn) == CONNECTION_OK)
		return pg;
	*error = one_line(parent, PQerrorMessage(pg->conn));
	talloc_free(pg);
	return NULL;
}

/* Hangs the result under the connection. NULL if it is a failure. */
static PGresult *pg_keep(struct pg *pg, PGresult *result)
{
	struct pg_result *r = talloc(pg, struct pg_result);
	ExecStatusType status = PQresultStatus(result);

	r->result = result;
	talloc_set_destructor(r, result_clear);
	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY ? result
												      : NULL;
}

PGresult *pg_query(struct pg *pg, int statement, int count, const char *const *values)
{
	return pg_keep(
		pg, PQexecParams(pg->conn, statements[statement].text, count, NULL, values, NULL, NULL, 0));
}

bool pg_run(struct pg *pg, const char *sql)
{
	return pg_keep(pg, PQexec(pg->conn, sql)) != NULL;
}

const char *pg_error(const struct pg *pg)
{
	return one_line(pg, PQerrorMessage(pg->conn));
}
