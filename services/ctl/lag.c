/*
 * lag.c - aectl lag: how far the consumer groups are behind the log
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"
#include "services/ctl/ctl.h"
#include "services/ctl/local.h"
#include "services/ctl/pg.h"

static const char help[] =
	"usage: aectl lag [--dir D | --postgres CONNINFO] [--shards] [--wait SECONDS] [--json]\n\n"
	"Shows for each consumer group how many events wait for it, in how many shards, how long the oldest\n"
	"has been waiting, and how many dead letters it has.\n\n" DATABASE_HELP
	"  --shards             also each shard that is behind\n"
	"  --wait SECONDS       wait until no group is behind, at most so long\n"
	"  --json               one JSON document\n\n"
	"Exit status: 0 nobody is behind, 1 somebody is, 2 wrong usage, 3 PostgreSQL cannot be reached.\n";

struct lag_options {
	struct database_options where;
	bool shards, json;
	int64_t wait;
};

static int64_t lag_events(const PGresult *r)
{
	int64_t sum = 0;
	int i;

	for (i = 0; i < PQntuples(r); i++)
		sum += strtoll(PQgetvalue(r, i, 1), NULL, 10);
	return sum;
}

static void lag_json(const PGresult *groups, const PGresult *shards)
{
	struct json_writer *w = json_writer_new(ctl_memory);
	int i;

	json_open_object(w, NULL);
	json_open_array(w, "groups");
	for (i = 0; i < PQntuples(groups); i++) {
		json_open_object(w, NULL);
		json_put_text(w, "group", PQgetvalue(groups, i, 0));
		json_put_integer(w, "events", strtoll(PQgetvalue(groups, i, 1), NULL, 10));
		json_put_integer(w, "shards", strtoll(PQgetvalue(groups, i, 2), NULL, 10));
		json_put_real(w, "seconds", strtod(PQgetvalue(groups, i, 3), NULL));
		json_put_integer(w, "dead_letters", strtoll(PQgetvalue(groups, i, 4), NULL, 10));
		json_close(w);
	}
	json_close(w);
	if (shards)
		json_open_array(w, "shards");
	for (i = 0; shards && i < PQntuples(shards); i++) {
		json_open_object(w, NULL);
		json_put_text(w, "group", PQgetvalue(shards, i, 0));
		json_put_integer(w, "shard", strtoll(PQgetvalue(shards, i, 1), NULL, 10));
		json_put_integer(w, "position", strtoll(PQgetvalue(shards, i, 2), NULL, 10));
		json_put_integer(w, "head", strtoll(PQgetvalue(shards, i, 3), NULL, 10));
		json_close(w);
	}
	if (shards)
		json_close(w);
	json_close(w);
	puts(json_text(w, NULL));
	talloc_free(w);
}

static void lag_text(const PGresult *groups, const PGresult *shards)
{
	int i;

	printf("%-16s %10s %8s %10s %13s\n", "group", "events", "shards", "oldest (s)", "dead letters");
	for (i = 0; i < PQntuples(groups); i++)
		printf("%-16s %10s %8s %10s %13s\n", PQgetvalue(groups, i, 0), PQgetvalue(groups, i, 1),
		       PQgetvalue(groups, i, 2), PQgetvalue(groups, i, 3), PQgetvalue(groups, i, 4));
	for (i = 0; shards && i < PQntuples(shards); i++)
		printf("%-16s shard %2s: %s of %s\n", PQgetvalue(shards, i, 0), PQgetvalue(shards, i, 1),
		       PQgetvalue(shards, i, 2), PQgetvalue(shards, i, 3));
}

static int lag_run(struct pg *pg, const struct lag_options *o)
{
	int64_t until = clock_monotonic() + o->wait * SECOND;
	PGresult *groups, *shards = NULL;

	while ((groups = pg_query(pg, SQL_CTL_LAG, 0, NULL)) && lag_events(groups) > 0 &&
	       clock_monotonic() < until)
		pause_milliseconds(20);
	if (o->shards && groups)
		shards = pg_query(pg, SQL_CTL_LAG_SHARDS, 0, NULL);
	if (!groups || (o->shards && !shards)) {
		fprintf(stderr, "aectl lag: %s\n", pg_error(pg));
		return CTL_FAILED;
	}
	if (o->json)
		lag_json(groups, shards);
	else
		lag_text(groups, shards);
	return lag_events(groups) > 0 ? CTL_FAILED : CTL_DONE;
}

static bool lag_option(void *into, int option, const char *value)
{
	struct lag_options *o = into;

	switch (option) {
	case 's':
		return o->shards = true;
	case 'w':
		return option_integer("wait", value, 0, 86400, &o->wait);
	case 'j':
		return o->json = true;
	}
	return database_option(&o->where, option, value);
}

int lag(int argc, char **argv)
{
	static const struct option options[] = {DATABASE_LONG_OPTIONS,
						{"shards", no_argument, NULL, 's'},
						{"wait", required_argument, NULL, 'w'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct lag_options o = {.wait = 0};
	struct pg *pg;
	int rc;

	if ((rc = command_options(argc, argv, help, options, lag_option, &o, 0)) != OPTIONS_READ)
		return rc;
	if (!(pg = database_open(argv[0], &o.where)))
		return CTL_AWAY;
	rc = lag_run(pg, &o);
	talloc_free(pg);
	return rc;
}
