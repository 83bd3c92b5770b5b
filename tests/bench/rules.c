/*
 * rules.c - ae-rules: how many times a second one core evaluates a rule over a member's facts
 *
 * usage: ae-rules RULE.json FACTS.json SECONDS judge|value|control
 *
 * judge asks for the truth, as daemons do; value for the rule's value as JSON, as `aectl rule eval` does;
 * control asks in C, without an evaluator, for tier gold and 1,000 points, whatever the rule. Prints
 * evaluations, seconds of processor time and the truth.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <talloc.h>

#include "common/json.h"
#include "common/logic.h"

enum {
	AT_ONCE = 1000 /* between looks at the clock */
};

static const struct json *read_json(const char *path)
{
	static char text[1 << 20];
	FILE *f = fopen(path, "re");
	const char *error = "cannot be read";
	const struct json *json;
	size_t n;

	n = f ? fread(text, 1, sizeof(text), f) : 0;
	json = f ? json_parse(NULL, text, n, &error) : NULL;
	if (f)
		fclose(f);
	if (json)
		return json;
	fprintf(stderr, "ae-rules: %s: %s\n", path, error);
	exit(1);
}

static bool once(const struct logic *l, const struct json *facts, char way)
{
	const struct json *value = NULL;
	const char *error;
	bool truth = false;

	if (way == 'c')
		return strcmp(json_get_text(facts, "tier", ""), "gold") == 0 &&
		       json_get_integer(facts, "points_balance", 0) >= 1000;
	if (way == 'v' && logic_evaluate(NULL, l, facts, NULL, &value, &error))
		truth = logic_true(value);
	if (way == 'j' && !logic_judge(NULL, l, facts, NULL, &truth, &error))
		abort();
	talloc_free((void *)(uintptr_t)value);
	return truth;
}

/* Of this process, so that others on the core do not count. */
static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double start, end, now;
	int64_t count = 0;
	const struct json *facts;
	const char *error;
	struct logic *l;
	int i, truths = 0;

	if (argc != 5) {
		fputs("usage: ae-rules RULE.json FACTS.json SECONDS judge|value|control\n", stderr);
		return 2;
	}
	l = logic_parse(NULL, read_json(argv[1]), &error);
	if (l == NULL) {
		fprintf(stderr, "ae-rules: %s\n", error);
		return 1;
	}
	facts = read_json(argv[2]);
	start = now = cpu_seconds();
	for (end = start + atof(argv[3]); now < end; now = cpu_seconds())
		for (i = 0; i < AT_ONCE; i++, count++)
			truths += once(l, facts, argv[4][0]);
	printf("{\"evaluations\": %lld, \"cpu_seconds\": %.6f, \"true\": %s}\n", (long long)count,
	       now - start, truths ? "true" : "false");
	return 0;
}
