/*
 * rule_explain.c - aectl rule explain: why a rule is true or not of a member
 *
 * The rule is an engagement rule, a milestone, the audience of a campaign, or one from a file that is not
 * stored anywhere. The facts are those that the daemons judge by at this moment.
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
	"  --rule ID            an engagement rule or a milestone, its version that counts, or the audience "
	"of\n"
	"                       a campaign; what an engagement rule asks for beyond the member's facts, as "
	"of\n"
	"                       a day on which points end, is asked of the running system: the local one, "
	"else\n"
	"                       $AE_URL with $AE_TOKEN\n"
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
	x->conditions = talloc_realloc(ctl_memory, x->conditions, struct explained_condition, x->count + 1);
	x->conditions[x->count++] = (struct explained_condition){.name = name, .logic = l};
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
	static const char *const names[] = {"condition", "rule", "segment", "audience"};
	const char *error, *text = PQgetvalue(r, 0, 1);
	const struct json *document = json_parse(ctl_memory, text, strlen(text), &error), *rule;
	size_t i;

	x->version = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
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
		      {"milestone_definitions", SQL_CTL_GET_MILESTONE_RULE},
		      {"notification_campaigns", SQL_CTL_GET_CAMPAIGN_RULE}};
	const int count = sizeof(tables) / sizeof(tables[0]);
	PGresult *there = pg_query(pg, SQL_CTL_RULE_TABLES, 0, NULL), *r;
	int i;

	x->rule = id;
	for (i = 0; there && i < count; i++) {
		if (PQgetvalue(there, 0, i)[0] != 't')
			continue;
		if ((r = pg_query(pg, tables[i].statement, 1, &id)) == NULL)
			break;
		x->source = tables[i].name;
		if (PQntuples(r) > 0)
			return from_document(x, r);
	}
	return fail(id, i == count ? "no engagement rule, milestone or campaign has this id"
				   : pg_error(pg)) == CTL_DONE;
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

/* Whether a rule asks for more than the facts of the member: of what it is about, or of the day. */
static bool asks_beyond(const struct explained *x)
{
	const struct logic_variables *v = logic_variables(ctl_memory, x->conditions[0].logic);
	size_t i;

	for (i = 0; i < v->count; i++)
		if (fact_find(v->paths[i]) == NULL)
			return true;
	return false;
}

/* One condition, asked of each occasion. */
static bool spread_occasions(struct explained *x, const struct explain_options *o)
{
	struct explained_condition asked = x->conditions[0];
	const struct json *list = rule_occasions(COMMAND, &o->where, o->rule, o->member), *v;

	if (list == NULL)
		return false;
	x->of_occasions = true;
	x->count = 0;
	for (v = list->first; v; v = v->next) {
		x->conditions = talloc_realloc(ctl_memory, x->conditions, struct explained_condition,
					       x->count + 1);
		asked.occasion = json_get_text(v, "occasion", NULL);
		asked.facts = json_get(v, "facts");
		x->conditions[x->count++] = asked;
	}
	return true;
}

static bool give_reasons(struct explained *x)
{
	struct explained_condition *c;
	const char *error;
	size_t i;

	for (i = 0; i < x->count; i++) {
		c = &x->conditions[i];
		c->facts = c->facts ? c->facts : x->member->facts;
		c->reason = logic_explain(ctl_memory, c->logic, c->facts, &error);
		if (c->reason == NULL)
			return fail(x->rule, error) == CTL_DONE;
	}
	return true;
}

static int explain(const struct explain_options *o, struct pg *pg, const char *conninfo)
{
	struct explained x = {.version = 0};

	if (o->file ? !from_file(&x, o->file) : !from_tables(&x, pg, o->rule))
		return CTL_FAILED;
	if ((x.member = load_facts(conninfo, o->member)) == NULL)
		return CTL_FAILED;
	if (strcmp(x.source, "engagement_rules") == 0 && asks_beyond(&x) && !spread_occasions(&x, o))
		return CTL_FAILED;
	if (!give_reasons(&x))
		return CTL_FAILED;
	if (o->json)
		explain_json(&x);
	else
		explain_text(&x);
	return fflush(stdout) == 0 ? CTL_DONE : fail("standard output", strerror(errno));
}

static bool explain_option(void *into, int option, const char *value)
{
	struct explain_options *o = into;

	switch (option) {
	case 'r':
		o->rule = value;
		return true;
	case 'f':
		o->file = value;
		return true;
	case 'm':
		o->member = value;
		return true;
	case 'j':
		return o->json = true;
	}
	return database_option(&o->where, option, value);
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
	int rc;

	if ((rc = command_options(argc, argv, help, options, explain_option, &o, 0)) != OPTIONS_READ)
		return rc;
	if (!o.rule == !o.file || o.member == NULL)
		return usage_wrong(argv[0], "one of --rule and --rule-file, and --member, are needed");
	if ((pg = database_open(argv[0], &o.where)) == NULL)
		return CTL_AWAY;
	conninfo = database_conninfo(&o.where, &error);
	return explain(&o, pg, conninfo ? conninfo : "");
}
