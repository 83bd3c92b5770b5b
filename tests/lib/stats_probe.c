/*
 * stats_probe.c - common/stats.c by lines: a word and its numbers in, numbers out; for
 * tests/system/test_statistics.py
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/stats.h"

enum {
	NUMBERS_MAX = 100000
};
static double numbers[NUMBERS_MAX];

static size_t read_numbers(char *text)
{
	size_t count = 0;
	char *word, *rest = NULL;

	for (word = strtok_r(text, " \n", &rest); word && count < NUMBERS_MAX;
	     word = strtok_r(NULL, " \n", &rest))
		numbers[count++] = strtod(word, NULL);
	return count;
}

/* units of the first arm, then value, weight and before of each unit of both */
static void difference(size_t count)
{
	const struct stats_unit *units = (const struct stats_unit *)(const void *)(numbers + 1);
	size_t first = (size_t)numbers[0], all = (count - 1) / 3;
	struct stats_arm arms[] = {{units, first}, {units + first, all - first}};
	struct stats_difference d;

	if (!stats_difference(&arms[0], &arms[1], &d))
		printf("none\n");
	else
		printf("%.17g %.17g %.17g %.17g %.17g\n", d.mean[0], d.mean[1], d.estimate, d.variance,
		       d.theta);
}

static void answer(const char *word, size_t count)
{
	const double *n = numbers;

	if (strcmp(word, "difference") == 0)
		difference(count);
	else if (strcmp(word, "sequence") == 0)
		printf("%.17g\n", stats_sequence(n[0], n[1], n[2], n[3]));
	else if (strcmp(word, "sequence_p") == 0)
		printf("%.17g\n", stats_sequence_p(n[0], n[1], n[2], n[3]));
	else if (strcmp(word, "sprt") == 0)
		printf("%.17g\n", stats_sprt_p(n[0], n[1], n[2]));
	else if (strcmp(word, "ratio") == 0)
		printf("%.17g\n", stats_ratio_p(n, n + count / 2, count / 2));
	else if (strcmp(word, "quantile") == 0)
		printf("%.17g\n", stats_quantile(numbers + 1, count - 1, n[0]));
}

int main(void)
{
	char *line = NULL, *rest;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		rest = strchr(line, ' ');
		*rest++ = '\0';
		answer(line, read_numbers(rest));
	}
	free(line);
	return 0;
}
