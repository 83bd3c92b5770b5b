/*
 * rule_explain.c - aectl rule explain: why a rule is true or not of a member
 *
 * The rule is an engagement rule, a milestone, or one from a file that is not stored anywhere. The facts are
 * those that the daemons judge by at this moment.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include "common/log.h"
#include "services/ctl/ctl.h"
#include "services/ctl/local.h"
#include "services/ctl/pg.h"
#include "services/ctl/rule_explain.h"

#define COMMAND "aectl rule explain"

static const char help[] =
	"usage: aectl rule explain (--rule ID | --rule-file FILE) --member ID\n"
	"                          [--dir D | --postgres CONNINFO] [--json]\n\n"
	"Tells why a rule is true or not of a member: the facts it used, and the parts of it that decided,\n"
	"the shortest explanation first.\n\n"
	"  --rule ID            an engagement rule or a milestone, its version that counts\n"
	"  --rule-file FILE     a JsonLogic rule that is not stored; - is standard input\n"
	"  --member ID          the member\n" DATABASE_HELP "  --json               one JSON document\n\n"
	"Exit status: 0 explained (whatever it came to), 1 no such rule, no such member, no facts yet, or "
	"the\n"
	"rule is wrong, 2 wrong usage, 3 PostgreSQL cannot be reached.\n";

struct explain_options {
	struct database_options where;
	const char *rule, *file, *member;
	bool json;
};

static int fail(const char *what, const char *detail)
{
	fprintf(stderr, COMMAND ": %s: %s\n", what, detail);
	return CTL_FAILED;
}

/* --- the rule ---------------------------------------------------------------------------------------- */

static bool add_condition(struct explained *x, const char *name, const struct json *rule)
{
	const char *error;
	struct logic *l = logic_parse(ctl_memory, rule, &error);

	if (l == NULL)
		return fail(*name ? name : x->rule, error) == CTL_DONE;
	x->conditions[x->count].name = name;
	x->conditions[x->count++].logic = l;
	return true;
}

static bool from_file(struct explained *x, const char *path)
{
	const struct json *rule = json_file_read(COMMAND, path);

	x->rule = strcmp(path, "-") == 0 ? "standard input" : path;
	x->source = "file";
	return rule && add_condition(x, "", rule);
}

static bool from_document(struct explained *x, PGresult *r)
{
	static const char *const names[CONDITIONS_MAX] = {"condition", "rule", "segment"};
	const char *error, *text = PQgetvalue(r, 0, 1);
	const struct json *document = json_parse(ctl_memory, text, strlen(text), &error), *rule;
	size_t i;

	x->version = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	for (i = 0; i < CONDITIONS_MAX; i++) {
		rule = json_get(document, names[i]);
		if (rule && rule->kind != JSON_NULL && !add_condition(x, names[i], rule))
			return false;
	}
	return x->count > 0 || fail(x->rule, "asks for nothing that facts decide") == CTL_DONE;
}

static bool from_tables(struct explained *x, struct pg *pg, const char *id)
{
	static const struct {
		const char *name;
		int statement;
	} tables[] = {{"engagement_rules", SQL_CTL_GET_ENGAGEMENT_RULE},
		      {"milestone_definitions", SQL_CTL_GET_MILESTONE_RULE}};
	PGresult *there = pg_query(pg, SQL_CTL_RULE_TABLES, 0, NULL), *r;
	int i;

	x->rule = id;
	for (i = 0; there && i < 2; i++) {
		if (PQgetvalue(there, 0, i)[0] != 't')
			continue;
		if ((r = pg_query(pg, tables[i].statement, 1, &id)) == NULL)
			break;
		x->source = tables[i].name;
		if (PQntuples(r) > 0)
			return from_document(x, r);
	}
	return fail(id, i == 2 ? "no engagement rule and no milestone has this id" : pg_error(pg)) ==
	       CTL_DONE;
}

/* --- the member, and all of it ------------------------------------------------------------------------- */

/* With the statements of the library, as a daemon reads them. */
static const struct member_facts *load_facts(const char *conninfo, const char *member)
{
	static const struct statement statements[] = {SQL_CTL_STATEMENTS};
	struct db *db = db_new(ctl_memory, conninfo, statements, SQL_COMMON_COUNT);
	struct member_facts *found = NULL;
	size_t count = 0;

	log_set_level(LOG_LEVEL_ERROR); /* that a daemon's connection is there is no news here */
	if (db_ensure(db))
		found = member_facts_load(db, ctl_memory, &member, 1, &count);
	if (found == NULL)
		fail(member, db_message(db));
	else if (count == 0 || found->facts == NULL)
		fail(member, count == 0 ? "no such member" : "its facts are not computed yet");
	return found && count > 0 && found->facts ? found : NULL;
}

static int explain(const struct explain_options *o, struct pg *pg, const char *conninfo)
{
	struct explained x = {.version = 0};
	const char *error;
	size_t i;

	if (o->file ? !from_file(&x, o->file) : !from_tables(&x, pg, o->rule))
		return CTL_FAILED;
	if ((x.member = load_facts(conninfo, o->member)) == NULL)
		return CTL_FAILED;
	for (i = 0; i < x.count; i++) {
		x.conditions[i].reason = logic_explain(ctl_memory, x.conditions[i].logic, x.member->facts,
						       &error);
		if (x.conditions[i].reason == NULL)
			return fail(x.rule, error);
	}
	if (o->json)
		explain_json(&x);
	else
		explain_text(&x);
	return fflush(stdout) == 0 ? CTL_DONE : fail("standard output", strerror(errno));
}

int rule_explain(int argc, char **argv)
{
	static const struct option options[] = {DATABASE_LONG_OPTIONS,
						{"rule", required_argument, NULL, 'r'},
						{"rule-file", required_argument, NULL, 'f'},
						{"member", required_argument, NULL, 'm'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct explain_options o = {.json = false};
	const char *conninfo, *error;
	struct pg *pg;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		switch (c) {
		case 'r':
			o.rule = optarg;
			break;
		case 'f':
			o.file = optarg;
			break;
		case 'm':
			o.member = optarg;
			break;
		case 'j':
			o.json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return CTL_DONE;
		default:
			if (!database_option(&o.where, c, optarg))
				return usage_wrong(argv[0], "wrong option");
		}
	if (optind < argc)
		return usage_wrong(argv[0], "unexpected argument '%s'", argv[optind]);
	if (!o.rule == !o.file || o.member == NULL)
		return usage_wrong(argv[0], "one of --rule and --rule-file, and --member, are needed");
	if ((pg = database_open(argv[0], &o.where)) == NULL)
		return CTL_AWAY;
	conninfo = database_conninfo(&o.where, &error);
	return explain(&o, pg, conninfo ? conninfo : "");
}
