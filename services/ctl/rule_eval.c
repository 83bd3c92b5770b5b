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

#define COMMAND "aectl rule eval"

static const char help[] =
	"usage: aectl rule eval (--rule JSON | --rule-file FILE) (--data JSON | --data-file FILE) "
	"[--json]\n\n"
	"Evaluates a JsonLogic rule and prints its value as JSON on one line.\n\n"
	"  --rule JSON        the rule\n"
	"  --rule-file FILE   the same from a file; - is standard input\n"
	"  --data JSON        the data that it reads\n"
	"  --data-file FILE   the same from a file; - is standard input, for one of the two\n"
	"  --json             one JSON document: the value, whether it counts as true, and the paths of the\n"
	"                     data that the rule reads (\"dynamic\": some of them are computed)\n\n"
	"Exit status: 0 evaluated (whatever the value), 1 the rule or a file is wrong, or the evaluation\n"
	"reached a limit, 2 wrong usage.\n";

/* Of rule and data each: its text, or the file that has it. */
struct eval_options {
	const char *rule, *rule_file, *data, *data_file;
	bool json;
};

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

/* What messages call the rule. */
static const char *rule_name(const struct eval_options *o)
{
	if (o->rule)
		return "--rule";
	return strcmp(o->rule_file, "-") == 0 ? "standard input" : o->rule_file;
}

static const struct json *json_of(const char *option, const char *text, const char *path)
{
	return text ? json_option_read(COMMAND, option, text) : json_file_read(COMMAND, path);
}

static int evaluate(const struct eval_options *o)
{
	const struct json *rule = json_of("rule", o->rule, o->rule_file),
			  *data = rule ? json_of("data", o->data, o->data_file) : NULL, *value;
	const char *error;
	struct logic *l;

	if (data == NULL)
		return CTL_FAILED;
	l = logic_parse(ctl_memory, rule, &error);
	if (l == NULL || !logic_evaluate(ctl_memory, l, data, NULL, &value, &error)) {
		fprintf(stderr, COMMAND ": %s: %s\n", rule_name(o), error);
		return CTL_FAILED;
	}
	print_value(value, l, o->json);
	if (fflush(stdout) == 0)
		return CTL_DONE;
	fprintf(stderr, COMMAND ": %s\n", strerror(errno));
	return CTL_FAILED;
}

static bool eval_option(void *into, int option, const char *value)
{
	struct eval_options *o = into;

	switch (option) {
	case 'r':
		o->rule = value;
		return true;
	case 'R':
		o->rule_file = value;
		return true;
	case 'd':
		o->data = value;
		return true;
	case 'D':
		o->data_file = value;
		return true;
	case 'j':
		return o->json = true;
	}
	return false;
}

static int eval_check(const char *command, const struct eval_options *o)
{
	if (!o->rule == !o->rule_file || !o->data == !o->data_file)
		return usage_wrong(command, "one of --rule and --rule-file, and one of --data and "
					    "--data-file, are needed");
	if (o->rule_file && o->data_file && strcmp(o->rule_file, "-") == 0 && strcmp(o->data_file, "-") == 0)
		return usage_wrong(command, "only one of the two can be standard input");
	return CTL_DONE;
}

int rule_eval(int argc, char **argv)
{
	static const struct option options[] = {{"rule", required_argument, NULL, 'r'},
						{"rule-file", required_argument, NULL, 'R'},
						{"data", required_argument, NULL, 'd'},
						{"data-file", required_argument, NULL, 'D'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct eval_options o = {.json = false};
	int rc;

	if ((rc = command_options(argc, argv, help, options, eval_option, &o, 0)) != OPTIONS_READ)
		return rc;
	rc = eval_check(argv[0], &o);
	return rc == CTL_DONE ? evaluate(&o) : rc;
}
