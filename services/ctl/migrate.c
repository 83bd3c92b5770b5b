/*
 * migrate.c - aectl migrate: the schema, forward only
 *
 * The files of sql/migrations/ are compiled in. Each runs in one transaction together with its row
 * in analytics.schema_migrations, so a migration is there completely or not at all; an advisory lock
 * makes a second migrator wait. A file that changed after it was applied is refused: write a new one.
 */
#include "services/ctl/migrate.h"

#include <getopt.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"
#include "gen/migrations.h"
#include "services/ctl/ctl.h"
#include "services/ctl/local.h"

enum {
	MIGRATION_COUNT = sizeof(migrations) / sizeof(migrations[0])
};

/* The lock's number is "ae migr" as bytes: any constant that nobody else uses will do. */
static const char prepare_sql[] = "SELECT pg_advisory_lock(27410226893059954);"
				  "SET lock_timeout = '10s';"
				  "CREATE SCHEMA IF NOT EXISTS analytics;"
				  "CREATE TABLE IF NOT EXISTS analytics.schema_migrations ("
				  " version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
				  " applied_at timestamptz NOT NULL DEFAULT clock_timestamp())";

static const char help[] = "usage: aectl migrate [--dir D | --postgres CONNINFO] [--dry-run] [--json]\n\n"
			   "Applies the schema changes that this aectl carries and the database lacks.\n"
			   "Forward only; each in a transaction of its own; safe to run twice and at the "
			   "same time.\n\n" DATABASE_HELP
			   "  --dry-run            list what would be applied\n"
			   "  --json               one JSON document: applied or pending\n\n"
			   "Exit status: 0 done, 1 failed, 2 wrong usage, 3 PostgreSQL cannot be reached.\n";

static const char *checksum(const void *parent, const char *sql)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int length = 0, i;
	char *hex;

	EVP_Digest(sql, strlen(sql), digest, &length, EVP_sha256(), NULL);
	hex = talloc_strdup(parent, "");
	for (i = 0; i < length; i++)
		hex = talloc_asprintf_append(hex, "%02x", digest[i]);
	return hex;
}

/* How many are applied already; -1 if the database disagrees about one of them. */
static int migrations_applied(struct pg *pg, const char **error)
{
	PGresult *r = pg_query(pg, SQL_CTL_MIGRATIONS_APPLIED, 0, NULL);
	int i, count = PQntuples(r);

	if (!r) {
		*error = pg_error(pg);
		return -1;
	}
	for (i = 0; i < count && i < MIGRATION_COUNT; i++)
		if (strcmp(PQgetvalue(r, i, 1), migrations[i].name) != 0 ||
		    strcmp(PQgetvalue(r, i, 2), checksum(pg, migrations[i].sql)) != 0) {
			*error = talloc_asprintf(pg, "migration %s differs from what was applied as %s",
						 migrations[i].name, PQgetvalue(r, i, 1));
			return -1;
		}
	return count;
}

static bool migration_apply(struct pg *pg, const struct migration *m, const char **error)
{
	const char *values[] = {talloc_asprintf(pg, "%d", m->version), m->name, checksum(pg, m->sql)};

	if (pg_run(pg, "BEGIN") && pg_run(pg, m->sql) && pg_query(pg, SQL_CTL_RECORD_MIGRATION, 3, values) &&
	    pg_run(pg, "COMMIT"))
		return true;
	*error = talloc_asprintf(pg, "%s: %s", m->name, pg_error(pg));
	pg_run(pg, "ROLLBACK");
	return false;
}

int migrate_forward(struct pg *pg, const char **error)
{
	int first, next;

	if (!pg_run(pg, prepare_sql)) {
		*error = pg_error(pg);
		return -1;
	}
	first = next = migrations_applied(pg, error);
	while (next >= 0 && next < MIGRATION_COUNT)
		next = migration_apply(pg, &migrations[next], error) ? next + 1 : -1;
	pg_run(pg, "SELECT pg_advisory_unlock(27410226893059954)");
	return next < 0 ? -1 : next - first;
}

/* What migrate_forward would apply, without touching anything. */
static int migrations_pending(struct pg *pg, const char **error)
{
	PGresult *r;
	int applied;

	if (!pg_run(pg, "SELECT 1")) {
		*error = pg_error(pg);
		return -1;
	}
	r = PQexec(pg->conn, "SELECT to_regclass('analytics.schema_migrations') IS NULL");
	applied = PQntuples(r) == 1 && strcmp(PQgetvalue(r, 0, 0), "t") == 0 ? 0 : -1;
	PQclear(r);
	if (applied < 0 && (applied = migrations_applied(pg, error)) < 0)
		return -1;
	return applied < MIGRATION_COUNT ? MIGRATION_COUNT - applied : 0;
}

static void migrate_report(int count, bool dry_run, bool json)
{
	struct json_writer *w = json_writer_new(ctl_memory);
	int i;

	json_open_object(w, NULL);
	json_open_array(w, dry_run ? "pending" : "applied");
	for (i = MIGRATION_COUNT - count; i < MIGRATION_COUNT; i++) {
		json_put_text(w, NULL, migrations[i].name);
		if (!json)
			printf("%s %s\n", dry_run ? "pending" : "applied", migrations[i].name);
	}
	json_close(w);
	json_close(w);
	if (json)
		puts(json_text(w, NULL));
	else if (count == 0)
		puts("nothing to do: the schema is up to date");
	talloc_free(w);
}

static int migrate_run(struct pg *pg, bool dry_run, bool json)
{
	const char *error = NULL;
	int count = dry_run ? migrations_pending(pg, &error) : migrate_forward(pg, &error);

	if (count < 0)
		fprintf(stderr, "aectl migrate: %s\n", error);
	else
		migrate_report(count, dry_run, json);
	return count < 0 ? CTL_FAILED : CTL_DONE;
}

struct migrate_options {
	struct database_options where;
	bool dry_run, json;
};

static bool migrate_option(void *into, int option, const char *value)
{
	struct migrate_options *o = into;

	switch (option) {
	case 'n':
		return o->dry_run = true;
	case 'j':
		return o->json = true;
	}
	return database_option(&o->where, option, value);
}

int migrate(int argc, char **argv)
{
	struct migrate_options o = {.json = false};
	static const struct option options[] = {DATABASE_LONG_OPTIONS,
						{"dry-run", no_argument, NULL, 'n'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct pg *pg;
	int rc;

	if ((rc = command_options(argc, argv, help, options, migrate_option, &o, 0)) != OPTIONS_READ)
		return rc;
	if (!(pg = database_open(argv[0], &o.where)))
		return CTL_AWAY;
	rc = migrate_run(pg, o.dry_run, o.json);
	talloc_free(pg);
	return rc;
}
