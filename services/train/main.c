/*
 * ae-train - makes models out of data, and says how good they are
 *
 * A table of commands. Start reading at the table, then open the command's file.
 */
#include "services/train/train.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	train_command *run;
	const char *summary;
} commands[] = {
	{"recommend", train_recommend, "How well recommenders foresee what members take next"},
	{"ab", train_ab, "Whether arms of an experiment differ, at whatever time somebody looks"},
	{"classify", train_classify,
	 "A yes or no from the columns of a CSV file: logistic regression, boosted trees"},
	{"clv", train_clv, "What members will buy and spend: BG/NBD, Pareto/NBD, Gamma-Gamma, two-part"},
	{"features", train_features, "What was known of members at given days, as a table to learn from"},
};

enum {
	COMMAND_COUNT = sizeof(commands) / sizeof(commands[0])
};

static void help(FILE *to)
{
	int i;

	fputs("usage: ae-train COMMAND [OPTION...]\n\ncommands:\n", to);
	for (i = 0; i < COMMAND_COUNT; i++)
		fprintf(to, "  %-12s %s\n", commands[i].name, commands[i].summary);
	fputs("\n'ae-train COMMAND --help' says more. Exit status: 0 done, 1 failed, 2 wrong usage.\n", to);
}

int main(int argc, char **argv)
{
	int i;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		help(stdout);
		return TRAIN_DONE;
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("ae-train " AE_VERSION);
		return TRAIN_DONE;
	}
	blas_choose(argv);
	for (i = 0; argc > 1 && i < COMMAND_COUNT; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (argc > 1)
		fprintf(stderr, "ae-train: there is no command '%s'\n", argv[1]);
	help(stderr);
	return TRAIN_USAGE;
}
