/*
 * features.c - ae-train features: what was known of every member at given days, and what came of it
 *
 * A table for `ae-train classify`, or for any other tool: nothing in a row was known later than its snapshot,
 * and what it says of the future lies within the horizon behind it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/train/cell.h"
#include "services/train/train.h"
#include "services/train/transactions.h"

enum {
	SNAPSHOTS_MAX = 64
};

static const char usage[] =
	"usage: ae-train features --transactions FILE --snapshots DAY[,DAY...] [OPTION...]\n\n"
	"A row per member and snapshot: what its transactions said by then, and whether it came again "
	"within\n"
	"the horizon (churned 1: it did not; spend: what it spent). Point in time: nothing later is looked "
	"at.\n\n"
	"  --transactions FILE  CSV with member, date, amount and maybe items; an amount below 0 is a "
	"return\n"
	"  --snapshots DAYS     days of the rows to learn from\n"
	"  --test-snapshots DAYS  days of the rows to be judged by; the column test is 1 there\n"
	"  --horizon N          days to look ahead (default 90)\n"
	"  --attribute COLUMN   a column of truths to take along: the share of a member's rows where it is "
	"true\n"
	"  --out FILE           where to (default standard output)\n";

struct request {
	const char *transactions, *attribute, *out;
	day days[SNAPSHOTS_MAX];
	bool test[SNAPSHOTS_MAX];
	size_t count;
	int64_t horizon;
};

static bool add_days(struct request *r, const char *option, char *list, bool test)
{
	char *rest = NULL, *word;

	for (word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		if (r->count == SNAPSHOTS_MAX || !cell_day(word, &r->days[r->count])) {
			fprintf(stderr, "ae-train: --%s wants days like 2026-11-23, %d at most, not '%s'\n",
				option, SNAPSHOTS_MAX, word);
			return false;
		}
		r->test[r->count++] = test;
	}
	return true;
}

static void write_header(FILE *out, const struct request *r, const struct transactions *t)
{
	size_t i;

	fputs("member,snapshot", out);
	for (i = 0; i < FEATURE_COUNT; i++)
		if (i != FEATURE_ITEMS || t->has_items)
			fprintf(out, ",%s", feature_names[i]);
	fprintf(out, "%s%s,spend,test,churned\n", r->attribute ? "," : "", r->attribute ? r->attribute : "");
}

static void write_row(FILE *out, const struct transactions *t, const struct customer *c, day at, bool test,
		      int64_t horizon)
{
	double features[FEATURE_COUNT];
	struct feature_outcome o = features_outcome(c->events, c->count, at, at + (double)horizon);
	char text[DAY_TEXT];
	size_t i;

	if (!features_at(c->events, c->count, at, features))
		return;
	cell_write(out, c->name);
	fprintf(out, ",%s", day_format(at, text));
	for (i = 0; i < FEATURE_COUNT; i++)
		if (i != FEATURE_ITEMS || t->has_items)
			fprintf(out, ",%.17g", features[i]);
	if (t->has_attribute)
		fprintf(out, ",%.17g", c->attribute);
	fprintf(out, ",%.17g,%d,%d\n", o.spend, test, o.purchases == 0);
}

static int write_table(const struct request *r, const struct transactions *t)
{
	FILE *out = r->out ? fopen(r->out, "we") : stdout;
	size_t i, j;
	bool fine;

	if (!out) {
		fprintf(stderr, "ae-train features: %s: %s\n", r->out, strerror(errno));
		return TRAIN_FAILED;
	}
	write_header(out, r, t);
	for (i = 0; i < r->count; i++)
		for (j = 0; j < t->count; j++)
			write_row(out, t, &t->customers[j], r->days[i], r->test[i], r->horizon);
	fine = fflush(out) == 0 && !ferror(out);
	if (r->out)
		fine &= fclose(out) == 0;
	if (!fine)
		fprintf(stderr, "ae-train features: cannot write: %s\n", strerror(errno));
	return fine ? TRAIN_DONE : TRAIN_FAILED;
}

/* A horizon that the data does not reach would call everybody lost. */
static int make_table(const struct request *r)
{
	void *pool = talloc_new(NULL);
	const char *error;
	struct transactions_options o = {.path = r->transactions, .attribute = r->attribute, .items = true};
	struct transactions *t = transactions_read(pool, &o, &error);
	char text[DAY_TEXT];
	int code = TRAIN_FAILED;
	size_t i;

	for (i = 0; t && i < r->count && r->days[i] + r->horizon <= t->last; i++)
		;
	if (!t)
		fprintf(stderr, "ae-train features: %s\n", error);
	else if (i < r->count)
		fprintf(stderr,
			"ae-train features: the transactions end before the %d days after %s are over\n",
			(int)r->horizon, day_format(r->days[i], text));
	else
		code = write_table(r, t);
	talloc_free(pool);
	return code;
}

int train_features(int argc, char **argv)
{
	static const struct option table[] = {{"transactions", required_argument, NULL, 't'},
					      {"snapshots", required_argument, NULL, 's'},
					      {"test-snapshots", required_argument, NULL, 'e'},
					      {"horizon", required_argument, NULL, 'o'},
					      {"attribute", required_argument, NULL, 'a'},
					      {"out", required_argument, NULL, 'w'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	struct request r = {.horizon = 90};
	int c;

	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1)
		switch (c) {
		case 't':
			r.transactions = optarg;
			break;
		case 's':
		case 'e':
			if (!add_days(&r, c == 's' ? "snapshots" : "test-snapshots", optarg, c == 'e'))
				return TRAIN_USAGE;
			break;
		case 'o':
			if (!option_integer("horizon", optarg, 1, 3660, &r.horizon))
				return TRAIN_USAGE;
			break;
		case 'a':
			r.attribute = optarg;
			break;
		case 'w':
			r.out = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return TRAIN_DONE;
		default:
			return TRAIN_USAGE;
		}
	if (optind < argc || !r.transactions || r.count == 0)
		return usage_wrong("features", "--transactions and --snapshots are needed, and nothing else");
	return make_table(&r);
}
