/*
 * aectl - the operator's command line
 *
 * A table of commands. Names of two words ("import retail") go before names of one; what remains
 * of the line belongs to the command. Start reading at the table, then open the command's file.
 */
#include "services/ctl/ctl.h"

#include <stdio.h>
#include <string.h>
#include <talloc.h>

static const struct command commands[] = {
	{"benchmarks load", benchmarks_load, "market data that members are compared with"},
	{"dead-letters", dead_letters, "events that could not be applied: list, replay, discard"},
	{"events send", events_send, "send a file of events to the intake"},
	{"generate", generate, "make a synthetic programme of any size"},
	{"import retail", import_retail, "turn a shop's invoice lines into a programme's events"},
	{"lag", lag, "how far each consumer group is behind the log"},
	{"local up", local_up, "the whole system on this machine: start it"},
	{"local down", local_down, "... stop it"},
	{"local status", local_status, "... each process and whether it answers"},
	{"local env", local_env, "... what psql, redis-cli and curl need, for the shell"},
	{"migrate", migrate, "bring the database's schema forward"},
	{"models export", models_export, "a model of the registry into a file"},
	{"models import", models_import, "a model file into the registry, if all of it is good"},
	{"models keygen", models_keygen, "a pair of keys to sign models with"},
	{"models list", models_list, "which models there are, and which are in use"},
	{"models promote", models_promote, "a model into use"},
	{"models revoke", models_revoke, "a model never to be used again"},
	{"models rollback", models_rollback, "back to the model that was in use before"},
	{"models show", models_show, "all about a model, and every change of it"},
	{"models verify", models_verify, "whether files and registry are as they were"},
	{"models wrap", models_wrap, "a signed model file of what XGBoost has saved elsewhere"},
	{"rebuild", rebuild, "derive a group's tables from the log once more"},
	{"rule eval", rule_eval, "what a JsonLogic rule makes of some data"},
	{"rule explain", rule_explain, "why a rule is true or not of a member"},
	{"template render", template_render, "what a template makes of some data"},
	{"token", token_command, "a bearer token for a local system"},
};

enum {
	COMMAND_COUNT = sizeof(commands) / sizeof(commands[0])
};

/* How many words of the line the command's name takes; 0 if it is another one. */
static int command_words(const struct command *c, int argc, char **argv)
{
	const char *space = strchr(c->name, ' ');
	size_t first = space ? (size_t)(space - c->name) : strlen(c->name);

	if (argc < 1 || strlen(argv[0]) != first || strncmp(argv[0], c->name, first) != 0)
		return 0;
	if (!space)
		return 1;
	return argc > 1 && strcmp(argv[1], space + 1) == 0 ? 2 : 0;
}

/* The command with the longest name that the line begins with. */
static const struct command *command_find(int argc, char **argv, int *words)
{
	const struct command *found = NULL;
	int i, n;

	*words = 0;
	for (i = 0; i < COMMAND_COUNT; i++)
		if ((n = command_words(&commands[i], argc, argv)) > *words) {
			*words = n;
			found = &commands[i];
		}
	return found;
}

static void help(FILE *to)
{
	int i;

	fputs("usage: aectl COMMAND [OPTION...] [ARGUMENT...]\n\ncommands:\n", to);
	for (i = 0; i < COMMAND_COUNT; i++)
		fprintf(to, "  %-18s %s\n", commands[i].name, commands[i].summary);
	fputs("\n'aectl COMMAND --help' says more. Exit status: 0 done, 1 failed, 2 wrong usage,\n"
	      "3 the system or a part of it is not running.\n",
	      to);
}

int main(int argc, char **argv)
{
	const struct command *c;
	char *name;
	int words, rc;

	if (argc > 1 &&
	    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)) {
		help(stdout);
		return CTL_DONE;
	}
	c = command_find(argc - 1, argv + 1, &words);
	if (!c) {
		if (argc > 1)
			fprintf(stderr, "aectl: no command '%s%s%s'\n", argv[1], argc > 2 ? " " : "",
				argc > 2 ? argv[2] : "");
		help(stderr);
		return CTL_USAGE;
	}
	name = talloc_asprintf(NULL, "aectl %s", c->name);
	argv[words] = name;
	ctl_memory = talloc_new(NULL);
	rc = c->run(argc - words, argv + words);
	talloc_free(ctl_memory);
	talloc_free(name);
	return rc;
}
