/*
 * clv.c - ae-train clv: what members will buy and spend, from what they bought
 */
#include "services/train/clv.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/train/cell.h"
#include "services/train/train.h"

enum {
	HORIZON_DEFAULT = 90
};

static const char usage[] =
	"usage: ae-train clv --transactions FILE --calibration-end DAY [OPTION...]\n\n"
	"Forecasts purchases and spend of everyone who had bought by that day, from what was known then, "
	"and\n"
	"compares with what followed. What a member buys on one day is one purchase; the first one begins a\n"
	"history. Amounts below 0 are returns, and no purchases.\n\n"
	"  --transactions FILE    CSV with columns member, date, amount; gzip is fine\n"
	"  --calibration-end DAY  the last day that is learned from\n"
	"  --holdout-end DAY      the last day that is compared with (default: that of the file)\n"
	"  --horizon N            days to forecast where there is nothing to compare with (default 90)\n"
	"  --model NAME           bgnbd, pareto-nbd (both with Gamma-Gamma), or two-part (default)\n"
	"  --time-unit UNIT       day or week (default): the unit of the parameters\n"
	"  --predictions FILE     a row per member\n"
	"  --seed N               of the intervals' draws (default 1)\n"
	"  --json                 print the result as JSON\n";

static const char *const model_names[] = {"bgnbd", "pareto-nbd", "two-part"};

/* Everyone who had bought by the end of the calibration. */
static void list_customers(const struct clv_request *q, const struct transactions *t, struct clv_forecasts *f)
{
	double features[FEATURE_COUNT];
	size_t i;

	f->list = talloc_zero_array(t, struct clv_forecast, t->count + 1);
	for (i = 0; i < t->count; i++)
		if (features_at(t->customers[i].events, t->customers[i].count, q->calibration_end, features))
			f->list[f->count++].customer = &t->customers[i];
}

static void put_real(FILE *out, double value)
{
	if (isfinite(value))
		fprintf(out, ",%.10g", value);
	else
		fputc(',', out);
}

static bool write_forecasts(const char *path, const struct clv_forecasts *f)
{
	FILE *out = fopen(path, "we");
	size_t i;

	if (!out)
		return false;
	fputs("member,transactions,spend,spend_low,spend_high,alive\n", out);
	for (i = 0; i < f->count; i++) {
		const struct clv_forecast *one = &f->list[i];

		cell_write(out, one->customer->name);
		put_real(out, one->purchases);
		put_real(out, one->spend);
		put_real(out, one->low);
		put_real(out, one->high);
		put_real(out, one->alive);
		fputc('\n', out);
	}
	return fclose(out) == 0;
}

/* The window to compare with, if there is one. */
static const char *set_window(struct clv_request *q, const struct transactions *t)
{
	if (q->calibration_end < t->first)
		return "the calibration ends before the first transaction";
	if (q->holdout_end == DAY_NONE && t->last > q->calibration_end)
		q->holdout_end = t->last;
	if (q->holdout_end != DAY_NONE)
		q->horizon = q->holdout_end - q->calibration_end;
	return NULL;
}

static bool make(struct clv_request *q, struct transactions *t, struct report *r, const char **error)
{
	struct clv_forecasts f = {0};

	*error = set_window(q, t);
	if (*error)
		return false;
	list_customers(q, t, &f);
	report_count(r, "transactions", (int64_t)t->rows);
	report_count(r, "returns", (int64_t)t->returns);
	report_count(r, "without_member", (int64_t)t->empty);
	report_count(r, "members", (int64_t)f.count);
	report_count(r, "members_later", (int64_t)(t->count - f.count));
	report_count(r, "horizon_days", q->horizon);
	if (f.count == 0)
		*error = "nobody had bought by the end of the calibration";
	else if (q->model == CLV_TWO_PART)
		clv_two_part(q, t, &f, r, error);
	else
		clv_btyd(q, &f, r, error);
	if (*error)
		return false;
	if (q->holdout_end != DAY_NONE)
		clv_holdout(q, t, &f, r);
	if (q->holdout_end != DAY_NONE && q->holdout_end > t->last)
		report_note(r, "the file ends before the holdout: what was bought later counts as nothing");
	if (q->holdout_end == DAY_NONE)
		report_note(r, "no transactions behind the calibration: nothing to compare with");
	if (q->out && !write_forecasts(q->out, &f))
		*error = talloc_asprintf(t, "%s: %s", q->out, strerror(errno));
	return *error == NULL;
}

static int run(struct clv_request *q)
{
	void *pool = talloc_new(NULL);
	struct report *r = report_new(pool, model_names[q->model]);
	const char *error = NULL;
	struct transactions *t = transactions_read(pool, &q->transactions, &error);
	bool fine = t && make(q, t, r, &error);

	if (fine)
		report_print(r, q->json);
	else
		fprintf(stderr, "ae-train clv: %s\n", error);
	talloc_free(pool);
	return fine ? TRAIN_DONE : TRAIN_FAILED;
}

static bool set_day(const char *option, const char *text, day *out)
{
	if (cell_day(text, out))
		return true;
	fprintf(stderr, "ae-train: --%s wants a day like 2026-11-23, not '%s'\n", option, text);
	return false;
}

static bool set_model(struct clv_request *q, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(model_names) / sizeof(model_names[0]); i++)
		if (strcmp(name, model_names[i]) == 0) {
			q->model = (enum clv_model)i;
			return true;
		}
	fprintf(stderr, "ae-train: --model is bgnbd, pareto-nbd or two-part, not '%s'\n", name);
	return false;
}

static bool set_unit(struct clv_request *q, const char *name)
{
	q->unit = strcmp(name, "day") == 0 ? 1 : strcmp(name, "week") == 0 ? 7 : 0;
	if (q->unit == 0)
		fprintf(stderr, "ae-train: --time-unit is day or week, not '%s'\n", name);
	return q->unit != 0;
}

static bool set_option(struct clv_request *q, int c, const char *value)
{
	switch (c) {
	case 't':
		q->transactions.path = value;
		return true;
	case 'c':
		return set_day("calibration-end", value, &q->calibration_end);
	case 'e':
		return set_day("holdout-end", value, &q->holdout_end);
	case 'm':
		return set_model(q, value);
	case 'u':
		return set_unit(q, value);
	case 'o':
		return option_integer("horizon", value, 1, 36600, &q->horizon);
	case 's':
		return option_integer("seed", value, 0, INT32_MAX, &q->seed);
	case 'w':
		q->out = value;
		return true;
	case 'j':
		return q->json = true;
	}
	return false;
}

int train_clv(int argc, char **argv)
{
	static const struct option table[] = {{"transactions", required_argument, NULL, 't'},
					      {"calibration-end", required_argument, NULL, 'c'},
					      {"holdout-end", required_argument, NULL, 'e'},
					      {"model", required_argument, NULL, 'm'},
					      {"time-unit", required_argument, NULL, 'u'},
					      {"horizon", required_argument, NULL, 'o'},
					      {"predictions", required_argument, NULL, 'w'},
					      {"seed", required_argument, NULL, 's'},
					      {"json", no_argument, NULL, 'j'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	struct clv_request q = {.transactions = {.by_day = true},
				.model = CLV_TWO_PART,
				.calibration_end = DAY_NONE,
				.holdout_end = DAY_NONE,
				.unit = 7,
				.seed = 1,
				.horizon = HORIZON_DEFAULT};
	int c;

	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return TRAIN_DONE;
		}
		if (!set_option(&q, c, optarg))
			return TRAIN_USAGE;
	}
	if (optind < argc || !q.transactions.path || q.calibration_end == DAY_NONE)
		return usage_wrong("clv", "--transactions and --calibration-end are needed");
	if (q.holdout_end != DAY_NONE && q.holdout_end <= q.calibration_end)
		return usage_wrong("clv", "--holdout-end must be after --calibration-end");
	return run(&q);
}
