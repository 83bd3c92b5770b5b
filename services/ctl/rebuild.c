/*
 * rebuild.c - aectl rebuild: derives a group's tables from the log once more
 *
 * In one transaction: takes the group's place in all shards, empties its tables, forgets its dead
 * letters, and sends it back to the beginning. The running daemons then apply the whole log again,
 * and it must come out equal. Readers see a projection that grows; intake goes on.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include "common/eventlog.h"
#include "services/ctl/ctl.h"
#include "services/ctl/local.h"
#include "services/ctl/pg.h"
#include "common/progress.h"

enum {
	STALLED_SECONDS = 30
};

static const char help[] =
	"usage: aectl rebuild GROUP [--dir D | --postgres CONNINFO] [--no-wait] [--json]\n\n"
	"Empties what a consumer group has derived and lets it apply the whole log again. Its daemon must "
	"be\n"
	"running; until it has caught up, answers show less than there is.\n\n" DATABASE_HELP
	"  --no-wait            do not wait until it has caught up\n"
	"  --json               one JSON document\n\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 3 PostgreSQL cannot be reached, or nobody applies "
	"events.\n";

/* What a group derives, as the statement that empties it; -1 = it keeps nothing of its own. */
static const struct {
	const char *group;
	int empty;
} projections[] = {
	{"analytics", SQL_CTL_REBUILD_ANALYTICS},
	{"recommendation", -1},
	{"reporting", -1},
	{"notification", -1},
	{"milestone", SQL_CTL_REBUILD_MILESTONE},
	{"engagement", -1},
};

enum {
	PROJECTION_COUNT = sizeof(projections) / sizeof(projections[0])
};

static int projection_find(const char *group)
{
	int i;

	for (i = 0; i < PROJECTION_COUNT; i++)
		if (strcmp(projections[i].group, group) == 0)
			return i;
	return -1;
}

static bool rebuild_reset(struct pg *pg, int projection)
{
	const char *values[] = {projections[projection].group, NULL, NULL};
	int empty = projections[projection].empty;

	return pg_run(pg, "BEGIN") && pg_run(pg, "SET LOCAL lock_timeout = '30s'") &&
	       pg_query(pg, SQL_CTL_REBUILD_LOCK, 1, values) && (empty < 0 || pg_query(pg, empty, 0, NULL)) &&
	       pg_query(pg, SQL_CTL_DISCARD_DEAD_LETTERS, 3, values) &&
	       pg_query(pg, SQL_CTL_REBUILD_POSITIONS, 1, values) && pg_run(pg, "COMMIT");
}

/* The log's end in each shard when the rebuild began: what comes later is no part of it. */
struct goal {
	int64_t head[EVENTLOG_SHARDS];
};

/*
 * Events of one group that wait; those below the goal if one is given, else all, and the heads go to
 * `heads`. -1 on failure.
 */
static int64_t group_waiting(struct pg *pg, const char *group, const struct goal *goal, struct goal *heads)
{
	PGresult *r = pg_query(pg, SQL_CTL_LAG_SHARDS, 0, NULL);
	int64_t waiting = 0, position, head;
	int i, shard;

	for (i = 0; r && i < PQntuples(r); i++) {
		if (strcmp(PQgetvalue(r, i, 0), group) != 0)
			continue;
		shard = (int)strtol(PQgetvalue(r, i, 1), NULL, 10) % EVENTLOG_SHARDS;
		position = strtoll(PQgetvalue(r, i, 2), NULL, 10);
		head = strtoll(PQgetvalue(r, i, 3), NULL, 10);
		if (heads)
			heads->head[shard] = head;
		if (goal && goal->head[shard] < head)
			head = goal->head[shard];
		waiting += head > position ? head - position : 0;
	}
	return r ? waiting : -1;
}

/* Until all that was there at the beginning is applied, as long as it moves. *waiting: what is not. */
static int rebuild_wait(struct pg *pg, const char *group, int64_t *waiting)
{
	struct goal goal = {{0}};
	int64_t first = group_waiting(pg, group, NULL, &goal), now = first, before = first;
	int64_t moved = clock_monotonic();
	struct progress *p = progress_new(pg, "applying", "events", first);

	while (now > 0 && clock_monotonic() - moved < STALLED_SECONDS * SECOND) {
		pause_milliseconds(50);
		now = group_waiting(pg, group, &goal, NULL);
		if (now < before)
			moved = clock_monotonic();
		before = now;
		progress_at(p, now < first ? first - now : 0);
	}
	progress_end(p);
	*waiting = now;
	if (now == 0)
		return CTL_DONE;
	fprintf(stderr, "aectl rebuild: %s\n",
		now < 0 ? pg_error(pg) : "no event was applied for 30 s; is the daemon running?");
	return now < 0 ? CTL_FAILED : CTL_AWAY;
}

static int rebuild_run(struct pg *pg, int projection, bool wait, bool json)
{
	const char *group = projections[projection].group;
	int64_t waiting;
	int rc = CTL_DONE;

	if (!rebuild_reset(pg, projection)) {
		fprintf(stderr, "aectl rebuild: %s\n", pg_error(pg));
		return CTL_FAILED;
	}
	if (wait)
		rc = rebuild_wait(pg, group, &waiting);
	else
		waiting = group_waiting(pg, group, NULL, NULL);
	if (json)
		printf("{\"group\": \"%s\", \"waiting\": %lld}\n", group, (long long)waiting);
	else if (rc == CTL_DONE)
		printf(wait ? "%s is rebuilt\n" : "%s begins again\n", group);
	return rc;
}

struct rebuild_options {
	struct database_options where;
	bool wait, json;
};

static bool rebuild_option(void *into, int option, const char *value)
{
	struct rebuild_options *o = into;

	switch (option) {
	case 'n':
		o->wait = false;
		return true;
	case 'j':
		return o->json = true;
	}
	return database_option(&o->where, option, value);
}

int rebuild(int argc, char **argv)
{
	static const struct option options[] = {DATABASE_LONG_OPTIONS,
						{"no-wait", no_argument, NULL, 'n'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct rebuild_options o = {.wait = true};
	struct pg *pg;
	int rc, projection;

	if ((rc = command_options(argc, argv, help, options, rebuild_option, &o, 1)) != OPTIONS_READ)
		return rc;
	if (optind == argc)
		return usage_wrong(argv[0], "which group?");
	if ((projection = projection_find(argv[optind])) < 0)
		return usage_wrong(argv[0], "no group '%s'", argv[optind]);
	if (!(pg = database_open(argv[0], &o.where)))
		return CTL_AWAY;
	rc = rebuild_run(pg, projection, o.wait, o.json);
	talloc_free(pg);
	return rc;
}
