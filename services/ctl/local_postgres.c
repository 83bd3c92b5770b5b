/*
 * local_postgres.c - the private PostgreSQL: cluster, command line, database, schema
 *
 * It listens on a unix socket in a folder that only its owner can enter, which is why "trust" is
 * enough. fsync is on unless asked otherwise; tests switch it off, since kill -9 loses nothing
 * that the kernel has.
 */
#include "services/ctl/local.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>
#include "services/ctl/migrate.h"
#include "services/ctl/pg.h"

#define DEBIAN_POSTGRES "/usr/lib/postgresql"

bool postgres_become(const struct local *l)
{
	if (l->pg_uid == getuid())
		return true;
	return setgroups(0, NULL) == 0 && setgid(l->pg_gid) == 0 && setuid(l->pg_uid) == 0 &&
	       setenv("HOME", "/nonexistent", 1) == 0 && chdir("/") == 0;
}

/* The newest major version installed, 0 if none. */
static int newest_version(void)
{
	DIR *d = opendir(DEBIAN_POSTGRES);
	struct dirent *e;
	int newest = 0;
	long version;

	while (d && (e = readdir(d)))
		if ((version = strtol(e->d_name, NULL, 10)) > newest && version < 1000)
			newest = (int)version;
	if (d)
		closedir(d);
	return newest;
}

const char *postgres_program(const void *parent, const char *name, const char *data)
{
	char *text = file_read(parent, talloc_asprintf(parent, "%s/PG_VERSION", data), NULL);
	long version = text ? strtol(text, NULL, 10) : newest_version();
	const char *path = talloc_asprintf(parent, DEBIAN_POSTGRES "/%ld/bin/%s", version, name);

	return access(path, X_OK) == 0 ? path : NULL;
}

char **postgres_arguments(const void *parent, const struct local *l)
{
	const char *const settings[] = {
		"listen_addresses=",
		"unix_socket_permissions=0700",
		"max_connections=200",
		"shared_buffers=256MB",
		"effective_cache_size=2GB",
		"work_mem=16MB",
		"wal_buffers=16MB",
		"max_wal_size=4GB",
		"min_wal_size=256MB",
		"checkpoint_timeout=15min",
		"random_page_cost=1.1",
		"jit=off",
		"timezone=UTC",
		"log_timezone=UTC",
		"log_checkpoints=off",
	};
	size_t i, n = 0, count = sizeof(settings) / sizeof(settings[0]);
	char **own = l->options->pg_options;
	char **argv = talloc_zero_array(parent, char *,
					9 + 2 * (count + (own ? talloc_array_length(own) : 0)));
	const char *program = postgres_program(l, "postgres", l->pg_data);

	argv[n++] = program ? talloc_strdup(argv, program) : NULL;
	argv[n++] = talloc_strdup(argv, "-D");
	argv[n++] = talloc_strdup(argv, l->pg_data);
	argv[n++] = talloc_strdup(argv, "-k");
	argv[n++] = talloc_asprintf(argv, "%s/pg", l->run);
	argv[n++] = talloc_strdup(argv, "-p5432");
	argv[n++] = talloc_strdup(argv, l->fsync ? "-cfsync=on" : "-cfsync=off");
	for (i = 0; i < count; i++)
		argv[n++] = talloc_asprintf(argv, "-c%s", settings[i]);
	for (i = 0; own && i < talloc_array_length(own); i++)
		argv[n++] = talloc_asprintf(argv, "-c%s", own[i]);
	return argv;
}

/* In a child: initdb into the folder, its words into D/log/initdb.log. */
static void __attribute__((noreturn)) run_initdb(const struct local *l, const char *folder)
{
	const char *program = postgres_program(l, "initdb", l->pg_data);
	int out = open(local_path(l, "log/initdb.log"), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (!program || out < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 || !postgres_become(l))
		_exit(127);
	unsetenv("PGDATA");
	execl(program, program, "-D", folder, "-U", LOCAL_OWNER, "-A", "trust", "--locale=C.UTF-8", "-E",
	      "UTF8", l->fsync ? NULL : "-N", (char *)NULL);
	_exit(127);
}

/* Under another name first, so that a cluster half made is never taken for one. */
bool postgres_make(struct local *l, const char **error)
{
	const char *fresh = talloc_asprintf(l, "%s.new", l->pg_data);
	struct stat st;
	int status;
	pid_t pid;

	if (stat(talloc_asprintf(l, "%s/PG_VERSION", l->pg_data), &st) == 0)
		return true;
	folder_remove(fresh);
	if (!folder_make(fresh, 0700, error))
		return false;
	if (chown(fresh, l->pg_uid, l->pg_gid) == 0 && (pid = fork()) >= 0) {
		if (pid == 0)
			run_initdb(l, fresh);
		if (waitpid(pid, &status, 0) == pid && status == 0 && rename(fresh, l->pg_data) == 0)
			return true;
	}
	*error = talloc_asprintf(l, "initdb failed, see %s", local_path(l, "log/initdb.log"));
	return false;
}

bool postgres_answers(const struct local *l)
{
	return PQping(talloc_asprintf(
		       l, "host=%s/pg port=5432 dbname=postgres user=" LOCAL_OWNER " connect_timeout=2",
		       l->run)) == PQPING_OK;
}

static bool make_database(struct local *l, const char **error)
{
	struct pg *pg = pg_open(
		l, talloc_asprintf(l, "host=%s/pg port=5432 dbname=postgres user=" LOCAL_OWNER, l->run),
		error);
	bool good;

	if (!pg)
		return false;
	good = pg_run(pg, "CREATE DATABASE " LOCAL_DATABASE);
	if (!good)
		*error = talloc_strdup(l, pg_error(pg));
	talloc_free(pg);
	return good;
}

bool postgres_migrate(struct local *l, const char **error)
{
	const char *conninfo = local_conninfo(l, LOCAL_OWNER);
	struct pg *pg = pg_open(l, conninfo, error);
	bool good;

	if (!pg && (!make_database(l, error) || !(pg = pg_open(l, conninfo, error))))
		return false;
	good = migrate_forward(pg, error) >= 0;
	if (!good)
		*error = talloc_strdup(l, *error);
	talloc_free(pg);
	return good;
}
