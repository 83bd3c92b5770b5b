/*
 * ab.c - ae-train ab: whether arms of an experiment differ
 */
#include "services/train/ab.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/train/train.h"

static const char usage[] =
	"usage: ae-train ab --csv FILE [OPTION...]\n\n"
	"A row per unit, a member as a rule: which arm it was in and what came of it. With a column pre "
	"(what the\n"
	"value was before) CUPED takes off what units differ by anyway; with a column day, every day's end "
	"is a\n"
	"look, and what is always valid holds for all looks together.\n\n"
	"  --csv FILE         columns arm, value, and maybe pre and day; gzip is fine\n"
	"  --arm COLUMN       the column of arms (default arm)\n"
	"  --metrics A,B,...  columns of values (default value), each with its past in NAME_pre\n"
	"  --control NAME     the arm that others are compared with (default control, else the first by "
	"name)\n"
	"  --shares NAME=X,...  what arms were meant to get (default: the same each)\n"
	"  --alpha X          of the confidence sequence (default 0.05)\n"
	"  --planned N        units that were planned: there the sequence is narrowest (default: all there "
	"are)\n"
	"  --prior-sd X       effects that mSPRT expects (default: a twentieth of the standard deviation)\n"
	"  --json             print the result as JSON\n";

struct compared {
	struct ab_comparison c;
	size_t arm, metric;
	double p, adjusted; /* after CUPED where there is a past, else Welch's */
};

/* Names need to say which comparison only where there is more than one. */
static const char *name_of(struct report *r, const struct ab_table *t, const struct compared *c,
			   const char *what)
{
	if (t->arms == 2 && t->metrics == 1)
		return what;
	return talloc_asprintf(r, "%s:%s:%s", t->metric_names[c->metric], t->arm_names[c->arm], what);
}

static void put(struct report *r, const struct ab_table *t, const struct compared *one)
{
	const struct ab_comparison *c = &one->c;
	const struct {
		const char *name;
		double value, error;
	} rows[] = {
		{"mean_arm", c->mean[0], NAN},
		{"mean_control", c->mean[1], NAN},
		{"difference", c->difference, c->error},
		{"lift", c->lift, c->lift_error},
		{"welch_t", c->t, NAN},
		{"welch_df", c->freedom, NAN},
		{"welch_p", c->welch_p, NAN},
		{"cuped_difference", c->cuped, c->cuped_error},
		{"cuped_theta", c->theta, NAN},
		{"cuped_p", c->cuped_p, NAN},
		{"sequence_low", c->low, NAN},
		{"sequence_high", c->high, NAN},
		{"sequence_p", c->sequence_p, NAN},
		{"msprt_p", c->sprt_p, NAN},
		{"p_adjusted", one->adjusted, NAN},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		report_metric(r, name_of(r, t, one, rows[i].name), rows[i].value, rows[i].error);
	report_count(r, name_of(r, t, one, "looks"), (int64_t)c->looks);
}

/* Benjamini and Hochberg: the least of p n / rank among those that are as large. */
static void adjust(struct compared *list, size_t count)
{
	size_t i, j, k;

	for (i = 0; i < count; i++) {
		list[i].adjusted = 1;
		for (j = 0; j < count; j++) {
			double rank = 0;

			for (k = 0; k < count; k++)
				rank += list[k].p <= list[j].p;
			if (list[j].p >= list[i].p)
				list[i].adjusted = fmin(list[i].adjusted, list[j].p * (double)count / rank);
		}
	}
}

/* "a=0.5,b=0.5" into shares by arm. */
static bool read_shares(const struct ab_table *t, const char *text, double *shares, const char **error)
{
	char *list = talloc_strdup(t, text), *rest = NULL, *word, *equals;
	size_t arm, named = 0;

	for (word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		equals = strrchr(word, '=');
		if (equals)
			*equals = '\0';
		for (arm = 0; arm < t->arms && strcmp(t->arm_names[arm], word) != 0; arm++)
			;
		if (!equals || arm == t->arms ||
		    !option_real("shares", equals + 1, 1e-6, 1e6, &shares[arm])) {
			*error = talloc_asprintf(t, "--shares wants NAME=X for every arm, not '%s'", word);
			return false;
		}
		named++;
	}
	if (named != t->arms)
		*error = "--shares wants NAME=X for every arm";
	return named == t->arms;
}

static bool put_ratio(struct report *r, const struct ab_table *t, const struct ab_options *o,
		      const char **error)
{
	double counts[AB_ARMS_MAX] = {0}, shares[AB_ARMS_MAX], sum = 0, p;
	size_t i;

	for (i = 0; i < t->count; i++)
		counts[t->rows[i].arm] += 1;
	for (i = 0; i < t->arms; i++) {
		shares[i] = 1;
		report_count(r, talloc_asprintf(r, "units_%s", t->arm_names[i]), (int64_t)counts[i]);
	}
	if (o->shares && !read_shares(t, o->shares, shares, error))
		return false;
	for (i = 0; i < t->arms; i++)
		sum += shares[i];
	for (i = 0; i < t->arms; i++)
		shares[i] /= sum;
	p = stats_ratio_p(counts, shares, t->arms);
	report_metric(r, "sample_ratio_p", p, NAN);
	if (p < STATS_RATIO_ALARM)
		report_note(
			r, "the arms did not get their shares: units were lost on the way, and no comparison "
			   "holds");
	return true;
}

static bool compare_all(const struct ab_table *t, const struct ab_options *o, struct report *r,
			const char **error)
{
	struct compared *list = talloc_zero_array(r, struct compared, t->arms * t->metrics);
	size_t arm, metric, count = 0, i;

	if (!put_ratio(r, t, o, error))
		return false;
	for (metric = 0; metric < t->metrics; metric++)
		for (arm = 1; arm < t->arms; arm++) {
			struct compared *one = &list[count++];

			one->arm = arm;
			one->metric = metric;
			if (!ab_compare(t, o, arm, metric, &one->c, error)) {
				*error = talloc_asprintf(t, "%s, arm %s: %s", t->metric_names[metric],
							 t->arm_names[arm], *error);
				return false;
			}
			one->p = t->has_before[metric] ? one->c.cuped_p : one->c.welch_p;
		}
	adjust(list, count);
	for (i = 0; i < count; i++)
		put(r, t, &list[i]);
	return true;
}

static int run(const struct ab_options *o, bool json)
{
	void *pool = talloc_new(NULL);
	struct report *r = report_new(pool, "ab");
	const char *error = NULL;
	struct ab_table *t = ab_read(pool, o, &error);
	bool fine = t && compare_all(t, o, r, &error);

	if (fine)
		report_print(r, json);
	else
		fprintf(stderr, "ae-train ab: %s\n", error);
	talloc_free(pool);
	return fine ? TRAIN_DONE : TRAIN_FAILED;
}

int train_ab(int argc, char **argv)
{
	static const struct option table[] = {{"csv", required_argument, NULL, 'c'},
					      {"arm", required_argument, NULL, 'r'},
					      {"metrics", required_argument, NULL, 'm'},
					      {"control", required_argument, NULL, 'o'},
					      {"shares", required_argument, NULL, 's'},
					      {"alpha", required_argument, NULL, 'a'},
					      {"planned", required_argument, NULL, 'p'},
					      {"prior-sd", required_argument, NULL, 'd'},
					      {"json", no_argument, NULL, 'j'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	struct ab_options o = {.arm = "arm", .metrics = "value", .alpha = 0.05};
	bool json = false, fine = true;
	int c;

	while (fine && (c = getopt_long(argc, argv, "h", table, NULL)) != -1)
		switch (c) {
		case 'c':
			o.path = optarg;
			break;
		case 'r':
			o.arm = optarg;
			break;
		case 'm':
			o.metrics = optarg;
			break;
		case 'o':
			o.control = optarg;
			break;
		case 's':
			o.shares = optarg;
			break;
		case 'a':
			fine = option_real("alpha", optarg, 1e-9, 0.5, &o.alpha);
			break;
		case 'p':
			fine = option_integer("planned", optarg, 2, INT64_C(1000000000000), &o.planned);
			break;
		case 'd':
			fine = option_real("prior-sd", optarg, 1e-300, 1e300, &o.prior_sd);
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return TRAIN_DONE;
		default:
			fine = false;
		}
	if (!fine)
		return TRAIN_USAGE;
	if (optind < argc || !o.path)
		return usage_wrong("ab", "--csv is needed, and nothing without a name");
	return run(&o, json);
}
