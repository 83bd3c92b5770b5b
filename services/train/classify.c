/*
 * classify.c - ae-train classify: a yes or no from the columns of a CSV file
 */
#include "services/train/classify.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/learn/scores.h"
#include "common/progress.h"
#include "services/train/train.h"

enum {
	FOLDS_MAX = 100,
	HELD_TEST = 1,
	HELD_NONE = 255
};

static const char usage[] =
	"usage: ae-train classify --csv FILE --label COLUMN [OPTION...]\n\n"
	"Learns a yes or no from the other columns and says how good that is on rows it did not see.\n"
	"Columns of text become columns of 0 and 1, named COLUMN=TEXT. Empty cells, NA, N/A, NULL and ? are\n"
	"missing: for trees a case of its own, for the regression the mean and a column COLUMN=missing.\n\n"
	"  --csv FILE          with a header; gzip is fine\n"
	"  --label COLUMN      1 or 0, true or false, yes or no\n"
	"  --positive TEXT     the label that counts as 1, where it is spelled otherwise\n"
	"  --drop A,B,...      columns to leave out\n"
	"  --categories N      most different texts of a column (default 50)\n"
	"  --folds K           cross-validation, as many of each class in every fold (default 5)\n"
	"  --test-column COL   instead: rows where it is true are judged by, the others learned from\n"
	"  --model NAME        logistic (default) or xgboost\n"
	"  --l2 X              logistic: ridge over standardised columns (default 1; 0: maximum likelihood)\n"
	"  --trees N --depth N --eta X   xgboost (default 200, 3, 0.05)\n"
	"  --seed N            of folds and trees (default 1)\n"
	"  --predictions FILE  row, label and probability of every judged row\n"
	"  --json              print the result as JSON\n";

struct request {
	struct table_options table;
	struct classify_options fit;
	const char *predictions;
	int64_t folds, categories;
	bool json;
};

/* Deals rows of either class to the folds in turn, after a shuffle. */
static void deal(const struct table *t, int64_t folds, int64_t seed, unsigned char *part)
{
	size_t *order = calloc(t->rows + 1, sizeof(*order)), i, j, dealt[2] = {0, 0}, held;
	unsigned short state[3] = {(unsigned short)seed, (unsigned short)(seed >> 16), 0x330e};

	if (!order)
		abort(); /* out of memory */
	for (i = 0; i < t->rows; i++) {
		j = (size_t)(erand48(state) * (double)(i + 1));
		order[i] = order[j < i ? j : i];
		order[j < i ? j : i] = i;
	}
	for (i = 0; i < t->rows; i++) {
		held = dealt[t->y[order[i]] == 1]++ % (size_t)folds;
		part[order[i]] = (unsigned char)held;
	}
	free(order);
}

static void put(struct report *r, const char *name, struct score s)
{
	report_metric(r, name, s.value, s.error);
}

static void put_scores(struct report *r, const struct scores *s)
{
	put(r, "auc", s->auc);
	put(r, "brier", s->brier);
	put(r, "log_loss", s->log_loss);
	put(r, "ece10", s->ece10);
	put(r, "calibration_slope", s->slope);
	put(r, "calibration_intercept", s->intercept);
	put(r, "lift10", s->lift10);
	report_metric(r, "brier_of_base_rate", s->base_brier, NAN);
}

/* Rows that were judged, put together. */
static bool score(const struct table *t, const unsigned char *judged, const double *p, struct scores *out)
{
	double *q = malloc((t->rows + 1) * 2 * sizeof(*q)), *y;
	size_t i, count = 0;
	bool fine;

	if (!q)
		abort();
	y = q + t->rows + 1;
	for (i = 0; i < t->rows; i++)
		if (judged[i]) {
			q[count] = p[i];
			y[count++] = t->y[i];
		}
	fine = scores_of(q, y, count, out);
	free(q);
	return fine;
}

/* The mean of the folds' own AUCs, which papers print, beside that of all rows together. */
static void put_fold_mean(const struct table *t, const unsigned char *part, int64_t folds, const double *p,
			  struct report *r)
{
	double sum = 0, square = 0, n = (double)folds;
	unsigned char *judged = talloc_array(r, unsigned char, t->rows);
	struct scores s;
	size_t i;
	int64_t k;

	for (k = 0; k < folds; k++) {
		for (i = 0; i < t->rows; i++)
			judged[i] = part[i] == k;
		score(t, judged, p, &s);
		sum += s.auc.value;
		square += s.auc.value * s.auc.value;
	}
	report_metric(r, "auc_mean_of_folds", sum / n, sqrt(fmax(0, square - sum * sum / n) / (n - 1) / n));
}

/* Out of fold by fold; then once more from all rows, for the parameters. */
static bool cross_validate(const struct request *q, const struct table *t, struct report *r, double *p,
			   unsigned char *judged, const char **error)
{
	unsigned char *part = talloc_array(r, unsigned char, t->rows);
	struct progress *bar = progress_new(r, "folds", "folds", q->folds);
	struct scores s;
	int64_t k;

	deal(t, q->folds, q->fit.boost.seed, part);
	for (k = 0; k < q->folds; k++) {
		if (!classify_fit(t, &q->fit, part, (unsigned char)k, p, NULL, error))
			return false;
		progress_at(bar, k + 1);
	}
	progress_end(bar);
	memset(judged, 1, t->rows);
	if (!classify_fit(t, &q->fit, part, HELD_NONE, p, r, error) || !score(t, judged, p, &s))
		return false;
	put_scores(r, &s);
	put_fold_mean(t, part, q->folds, p, r);
	return true;
}

static bool hold_out(const struct request *q, const struct table *t, struct report *r, double *p,
		     unsigned char *judged, const char **error)
{
	struct scores s;

	memcpy(judged, t->test, t->rows);
	if (!classify_fit(t, &q->fit, t->test, HELD_TEST, p, r, error))
		return false;
	if (!score(t, judged, p, &s)) {
		*error = "the test column is true nowhere";
		return false;
	}
	report_count(r, "test_rows", (int64_t)s.rows);
	report_count(r, "test_positive", (int64_t)s.ones);
	put_scores(r, &s);
	return true;
}

static bool write_predictions(const char *path, const struct table *t, const unsigned char *judged,
			      const double *p)
{
	FILE *out = fopen(path, "we");
	size_t i;
	bool fine = out != NULL;

	if (fine)
		fputs("row,label,probability\n", out);
	for (i = 0; fine && i < t->rows; i++)
		if (judged[i])
			fprintf(out, "%zu,%g,%.17g\n", i + 1, t->y[i], p[i]);
	return fine && fclose(out) == 0;
}

static bool enough_of_each(const struct table *t, int64_t folds, struct report *r, const char **error)
{
	size_t i, ones = 0, least;

	for (i = 0; i < t->rows; i++)
		ones += t->y[i] == 1;
	report_count(r, "rows", (int64_t)t->rows);
	report_count(r, "positive", (int64_t)ones);
	report_count(r, "columns", (int64_t)t->columns);
	report_count(r, "missing_cells", (int64_t)t->missing);
	least = ones < t->rows - ones ? ones : t->rows - ones;
	if (least == 0)
		*error = "the labels are of one class only; there must be both";
	else if (folds > 0 && least < (size_t)folds)
		*error = talloc_asprintf(t, "%zu rows of the rarer class are fewer than %d folds", least,
					 (int)folds);
	return *error == NULL;
}

static int run(const struct request *q)
{
	void *pool = talloc_new(NULL);
	struct report *r = report_new(pool, q->fit.model == CLASSIFY_LOGISTIC ? "logistic" : "xgboost");
	const char *error = NULL;
	struct table *t = table_read(pool, &q->table, &error);
	double *p = t ? calloc(t->rows, sizeof(*p)) : NULL;
	unsigned char *judged = t ? calloc(t->rows, 1) : NULL;
	bool fine = t && enough_of_each(t, q->table.test ? 0 : q->folds, r, &error) &&
		    (q->table.test ? hold_out : cross_validate)(q, t, r, p, judged, &error);

	if (fine && q->predictions && !write_predictions(q->predictions, t, judged, p)) {
		error = talloc_asprintf(pool, "%s: cannot be written", q->predictions);
		fine = false;
	}
	if (fine)
		report_print(r, q->json);
	else
		fprintf(stderr, "ae-train classify: %s\n", error);
	free(p);
	free(judged);
	talloc_free(pool);
	return fine ? TRAIN_DONE : TRAIN_FAILED;
}

static bool set_model(struct request *q, const char *name)
{
	if (strcmp(name, "logistic") == 0)
		q->fit.model = CLASSIFY_LOGISTIC;
	else if (strcmp(name, "xgboost") == 0)
		q->fit.model = CLASSIFY_XGBOOST;
	else
		fprintf(stderr, "ae-train: --model is logistic or xgboost, not '%s'\n", name);
	return strcmp(name, "logistic") == 0 || strcmp(name, "xgboost") == 0;
}

static bool set_option(struct request *q, int c, const char *value)
{
	switch (c) {
	case 'c':
		q->table.path = value;
		return true;
	case 'l':
		q->table.label = value;
		return true;
	case 'p':
		q->table.positive = value;
		return true;
	case 'd':
		q->table.dropped = value;
		return true;
	case 't':
		q->table.test = value;
		return true;
	case 'w':
		q->predictions = value;
		return true;
	case 'j':
		return q->json = true;
	case 'm':
		return set_model(q, value);
	case 'g':
		return option_integer("categories", value, 1, 10000, &q->categories);
	case 'k':
		return option_integer("folds", value, 2, FOLDS_MAX, &q->folds);
	case '2':
		return option_real("l2", value, 0, 1e9, &q->fit.ridge);
	case 'n':
		return option_integer("trees", value, 1, 10000, &q->fit.boost.trees);
	case 'y':
		return option_integer("depth", value, 1, 16, &q->fit.boost.depth);
	case 'e':
		return option_real("eta", value, 1e-6, 1, &q->fit.boost.step);
	case 's':
		return option_integer("seed", value, 0, INT32_MAX, &q->fit.boost.seed);
	}
	return false;
}

int train_classify(int argc, char **argv)
{
	static const struct option table[] = {{"csv", required_argument, NULL, 'c'},
					      {"label", required_argument, NULL, 'l'},
					      {"positive", required_argument, NULL, 'p'},
					      {"drop", required_argument, NULL, 'd'},
					      {"categories", required_argument, NULL, 'g'},
					      {"folds", required_argument, NULL, 'k'},
					      {"test-column", required_argument, NULL, 't'},
					      {"model", required_argument, NULL, 'm'},
					      {"l2", required_argument, NULL, '2'},
					      {"trees", required_argument, NULL, 'n'},
					      {"depth", required_argument, NULL, 'y'},
					      {"eta", required_argument, NULL, 'e'},
					      {"seed", required_argument, NULL, 's'},
					      {"predictions", required_argument, NULL, 'w'},
					      {"json", no_argument, NULL, 'j'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	struct request q = {.fit = {.ridge = 1, .boost = BOOST_DEFAULTS}, .folds = 5, .categories = 50};
	int c;

	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return TRAIN_DONE;
		}
		if (!set_option(&q, c, optarg))
			return TRAIN_USAGE;
	}
	q.table.categories_most = (long)q.categories;
	if (optind < argc || !q.table.path || !q.table.label)
		return usage_wrong("classify", "--csv and --label are needed, and nothing without a name");
	if (strcmp(q.table.path, "-") == 0)
		return usage_wrong("classify", "--csv wants a file, since it is read twice");
	return run(&q);
}
