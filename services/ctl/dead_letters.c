/*
 * dead_letters.c - aectl dead-letters: events that a consumer group could not apply
 *
 * list shows them; replay hands them back to their group, which applies them as late events or puts
 * them aside again; discard forgets them. The events themselves stay in the log in any case.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"
#include "services/ctl/ctl.h"
#include "services/ctl/local.h"
#include "services/ctl/pg.h"

static const char help[] =
	"usage: aectl dead-letters list [--group G] [--limit N] [--bodies]\n"
	"       aectl dead-letters replay|discard --group G (--shard S --position P | --all)\n\n"
	"Events that a consumer group could not apply. list shows them with the reason; replay hands them\n"
	"back to the group, which tries again; discard forgets them. The log keeps the "
	"events.\n\n" DATABASE_HELP "  --group G            the consumer group: analytics, milestone, ...\n"
	"  --shard S --position P   one event, as list shows it\n"
	"  --all                every dead letter of the group\n"
	"  --limit N            list at most N (default 100)\n"
	"  --bodies             list the whole events too (they may hold personal data)\n"
	"  --json               one JSON document\n\n"
	"Exit status: 0 done, 1 failed or no such dead letter, 2 wrong usage, 3 PostgreSQL cannot be "
	"reached.\n";

struct dead_options {
	struct database_options where;
	const char *group, *shard, *position, *limit;
	bool all, bodies, json;
};

static void list_json(const PGresult *r, bool bodies)
{
	struct json_writer *w = json_writer_new(ctl_memory);
	int i;

	json_open_object(w, NULL);
	json_open_array(w, "dead_letters");
	for (i = 0; i < PQntuples(r); i++) {
		json_open_object(w, NULL);
		json_put_text(w, "group", PQgetvalue(r, i, 0));
		json_put_integer(w, "shard", strtoll(PQgetvalue(r, i, 1), NULL, 10));
		json_put_integer(w, "position", strtoll(PQgetvalue(r, i, 2), NULL, 10));
		json_put_text(w, "type", PQgetvalue(r, i, 3));
		json_put_text(w, "member_id", PQgetvalue(r, i, 4));
		json_put_text(w, "pointer", PQgetvalue(r, i, 5));
		json_put_text(w, "reason", PQgetvalue(r, i, 6));
		json_put_text(w, "put_at", PQgetvalue(r, i, 7));
		json_put_boolean(w, "replay_asked", strcmp(PQgetvalue(r, i, 8), "true") == 0);
		if (bodies)
			json_put_raw(w, "event", PQgetvalue(r, i, 9), strlen(PQgetvalue(r, i, 9)));
		json_close(w);
	}
	json_close(w);
	json_close(w);
	puts(json_text(w, NULL));
	talloc_free(w);
}

static void list_text(const PGresult *r, bool bodies)
{
	int i;

	for (i = 0; i < PQntuples(r); i++) {
		printf("%s %s shard %s position %s %s%s: %s%s%s\n", PQgetvalue(r, i, 7), PQgetvalue(r, i, 0),
		       PQgetvalue(r, i, 1), PQgetvalue(r, i, 2), PQgetvalue(r, i, 3),
		       strcmp(PQgetvalue(r, i, 8), "true") == 0 ? " (replay asked)" : "", PQgetvalue(r, i, 5),
		       *PQgetvalue(r, i, 5) ? " " : "", PQgetvalue(r, i, 6));
		if (bodies)
			printf("  %s\n", PQgetvalue(r, i, 9));
	}
	if (PQntuples(r) == 0)
		puts("no dead letters");
}

static int dead_list(struct pg *pg, const struct dead_options *o)
{
	const char *values[] = {o->group, o->shard, o->position, o->limit ? o->limit : "100"};
	PGresult *r = pg_query(pg, SQL_CTL_LIST_DEAD_LETTERS, 4, values);

	if (!r) {
		fprintf(stderr, "aectl dead-letters: %s\n", pg_error(pg));
		return CTL_FAILED;
	}
	if (o->json)
		list_json(r, o->bodies);
	else
		list_text(r, o->bodies);
	return CTL_DONE;
}

/* replay or discard: the same rows, another statement. */
static int dead_change(struct pg *pg, const struct dead_options *o, int statement, const char *done)
{
	const char *values[] = {o->group, o->shard, o->position};
	PGresult *r = pg_query(pg, statement, 3, values);
	long long count;

	if (!r) {
		fprintf(stderr, "aectl dead-letters: %s\n", pg_error(pg));
		return CTL_FAILED;
	}
	count = strtoll(PQcmdTuples(r), NULL, 10);
	printf(o->json ? "{\"%s\": %lld}\n" : "%s %lld\n", done, count);
	return count > 0 || o->all ? CTL_DONE : CTL_FAILED;
}

static bool dead_option(void *into, int c, const char *value)
{
	struct dead_options *o = into;
	int64_t number;

	switch (c) {
	case 'g':
		o->group = value;
		return true;
	case 's':
		o->shard = value;
		return option_integer("shard", value, 0, INT16_MAX, &number);
	case 'p':
		o->position = value;
		return option_integer("position", value, 1, INT64_MAX, &number);
	case 'l':
		o->limit = value;
		return option_integer("limit", value, 1, 1000000, &number);
	case 'a':
		return o->all = true;
	case 'b':
		return o->bodies = true;
	case 'j':
		return o->json = true;
	}
	return database_option(&o->where, c, value);
}

/* What may be said with which verb. */
static int dead_check(const char *command, const char *verb, const struct dead_options *o)
{
	bool one = o->shard && o->position;

	if (!*verb)
		return usage_wrong(command, "list, replay or discard?");
	if (strcmp(verb, "list") == 0)
		return CTL_DONE;
	if (strcmp(verb, "replay") != 0 && strcmp(verb, "discard") != 0)
		return usage_wrong(command, "no '%s': list, replay or discard", verb);
	if (!o->group)
		return usage_wrong(command, "%s needs --group", verb);
	if (one == o->all || (!one && (o->shard || o->position)))
		return usage_wrong(command, "%s needs either --shard and --position, or --all", verb);
	return CTL_DONE;
}

static int dead_run(struct pg *pg, const char *verb, const struct dead_options *o)
{
	if (strcmp(verb, "list") == 0)
		return dead_list(pg, o);
	if (strcmp(verb, "replay") == 0)
		return dead_change(pg, o, SQL_CTL_REPLAY_DEAD_LETTERS, "replayed");
	return dead_change(pg, o, SQL_CTL_DISCARD_DEAD_LETTERS, "discarded");
}

int dead_letters(int argc, char **argv)
{
	static const struct option options[] = {DATABASE_LONG_OPTIONS,
						{"group", required_argument, NULL, 'g'},
						{"shard", required_argument, NULL, 's'},
						{"position", required_argument, NULL, 'p'},
						{"limit", required_argument, NULL, 'l'},
						{"all", no_argument, NULL, 'a'},
						{"bodies", no_argument, NULL, 'b'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct dead_options o = {.all = false};
	const char *verb;
	struct pg *pg;
	int rc;

	if ((rc = command_options(argc, argv, help, options, dead_option, &o, 1)) != OPTIONS_READ)
		return rc;
	verb = optind < argc ? argv[optind] : "";
	if ((rc = dead_check(argv[0], verb, &o)) != CTL_DONE)
		return rc;
	if (!(pg = database_open(argv[0], &o.where)))
		return CTL_AWAY;
	rc = dead_run(pg, verb, &o);
	talloc_free(pg);
	return rc;
}
