/*
 * rule_eval.c - aectl rule eval: what a JsonLogic rule makes of some data
 *
 * For writing rules: the same evaluator, with the same limits, as the daemons have (common/logic.h).
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"
#include "common/logic.h"
#include "services/ctl/ctl.h"

static const char help[] =
	"usage: aectl rule eval --rule FILE --data FILE [--json]\n\n"
	"Evaluates a JsonLogic rule and prints its value as JSON on one line.\n\n"
	"  --rule FILE   the rule; - is standard input\n"
	"  --data FILE   the data it reads; - is standard input, for one of the two\n"
	"  --json        one JSON document: the value, whether it counts as true, and the paths of the data\n"
	"                that the rule reads (\"dynamic\": some of them are computed)\n\n"
	"Exit status: 0 evaluated (whatever the value), 1 the rule or a file is wrong, or the evaluation\n"
	"reached a limit, 2 wrong usage.\n";

static void print_value(const struct json *value, const struct logic *l, bool json)
{
	struct json_writer *w = json_writer_new(ctl_memory);
	struct logic_variables *v;
	size_t i;

	if (json) {
		v = logic_variables(ctl_memory, l);
		json_open_object(w, NULL);
		json_put_value(w, "value", value);
		json_put_boolean(w, "true", logic_true(value));
		json_open_array(w, "reads");
		for (i = 0; i < v->count; i++)
			json_put_text(w, NULL, v->paths[i]);
		json_close(w);
		json_put_boolean(w, "dynamic", v->dynamic);
		json_close(w);
	} else {
		json_put_value(w, NULL, value);
	}
	puts(json_text(w, NULL));
}

static int evaluate(const char *rule_path, const char *data_path, bool json)
{
	const struct json *rule = json_file_read("aectl rule eval", rule_path),
			  *data = rule ? json_file_read("aectl rule eval", data_path) : NULL, *value;
	const char *error;
	struct logic *l;

	if (data == NULL)
		return CTL_FAILED;
	l = logic_parse(ctl_memory, rule, &error);
	if (l == NULL || !logic_evaluate(ctl_memory, l, data, NULL, &value, &error)) {
		fprintf(stderr, "aectl rule eval: %s: %s\n",
			strcmp(rule_path, "-") == 0 ? "standard input" : rule_path, error);
		return CTL_FAILED;
	}
	print_value(value, l, json);
	if (fflush(stdout) == 0)
		return CTL_DONE;
	fprintf(stderr, "aectl rule eval: %s\n", strerror(errno));
	return CTL_FAILED;
}

int rule_eval(int argc, char **argv)
{
	static const struct option options[] = {{"rule", required_argument, NULL, 'r'},
						{"data", required_argument, NULL, 'd'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	const char *rule = NULL, *data = NULL;
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		switch (c) {
		case 'r':
			rule = optarg;
			break;
		case 'd':
			data = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return CTL_DONE;
		default:
			return usage_wrong(argv[0], "wrong option");
		}
	if (optind != argc)
		return usage_wrong(argv[0], "no arguments but options");
	if (rule == NULL || data == NULL)
		return usage_wrong(argv[0], "--rule and --data are both needed");
	if (strcmp(rule, "-") == 0 && strcmp(data, "-") == 0)
		return usage_wrong(argv[0], "only one of the two can be standard input");
	return evaluate(rule, data, json);
}
