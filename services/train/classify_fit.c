/*
 * classify_fit.c - one model from some rows of a table, and its word on the others (see classify.h)
 *
 * Where a number is missing, the trees go their own way; the regression takes the mean of the rows that it
 * learns from, and has the column that says so beside it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/learn/logistic.h"
#include "services/train/classify.h"

/* Rows to learn from, or to predict. */
struct part {
	double *x, *y;
	size_t *rows; /* in the table */
	size_t count;
};

static void *room(size_t count, size_t size)
{
	void *p = malloc(count * size + 1);

	if (!p)
		abort(); /* out of memory */
	return p;
}

static struct part take(const struct table *t, const unsigned char *part, unsigned char held, bool of_held)
{
	struct part s = {0};
	size_t i;

	for (i = 0; i < t->rows; i++)
		s.count += (part[i] == held) == of_held;
	s.x = room(s.count * t->columns, sizeof(double));
	s.y = room(s.count, sizeof(double));
	s.rows = room(s.count, sizeof(size_t));
	for (s.count = i = 0; i < t->rows; i++)
		if ((part[i] == held) == of_held) {
			memcpy(s.x + s.count * t->columns, t->x + i * t->columns,
			       t->columns * sizeof(double));
			s.y[s.count] = t->y[i];
			s.rows[s.count++] = i;
		}
	return s;
}

static void drop(struct part *s)
{
	free(s->x);
	free(s->y);
	free(s->rows);
}

static void fill_column(struct part *s, size_t columns, size_t j, double value)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (isnan(s->x[i * columns + j]))
			s->x[i * columns + j] = value;
}

static void fill_missing(const struct table *t, struct part *learn, struct part *judge)
{
	size_t i, j;

	for (j = 0; j < t->columns; j++) {
		double sum = 0, known = 0;

		for (i = 0; i < learn->count; i++)
			if (!isnan(learn->x[i * t->columns + j])) {
				sum += learn->x[i * t->columns + j];
				known += 1;
			}
		fill_column(learn, t->columns, j, known > 0 ? sum / known : 0);
		fill_column(judge, t->columns, j, known > 0 ? sum / known : 0);
	}
}

static void report_coefficients(struct report *r, const struct table *t, const struct logistic *m)
{
	size_t j;

	report_estimate(r, "intercept", m->intercept, m->intercept_error);
	for (j = 0; j < t->columns; j++)
		report_estimate(r, t->names[j], m->coefficients[j], m->errors[j]);
	report_log_likelihood(r, m->log_likelihood);
	report_count(r, "iterations", m->iterations);
	if (!m->converged)
		report_note(r, "the fit did not converge");
	if (m->unbounded)
		report_note(
			r,
			"a column separates the classes or repeats others: coefficients have no bound, and "
			"their errors mean nothing; --l2 above 0 gives them one");
}

static bool fit_logistic(const struct table *t, const struct classify_options *o, struct part *learn,
			 struct part *judge, double *p, struct report *report, const char **error)
{
	struct logistic_data d = {
		.x = learn->x, .y = learn->y, .rows = learn->count, .columns = t->columns, .names = t->names};
	struct logistic *m;
	size_t i;

	fill_missing(t, learn, judge);
	m = logistic_fit(t, &d, o->ridge, error);
	if (!m)
		return false;
	for (i = 0; i < judge->count; i++)
		p[judge->rows[i]] = logistic_probability(m, judge->x + i * t->columns);
	if (report)
		report_coefficients(report, t, m);
	talloc_free(m);
	return true;
}

static bool report_boost(struct report *r, const struct table *t, const struct boost *b,
			 const struct boost_options *o, const char **error)
{
	double *gains = talloc_array(r, double, t->columns);
	size_t j;

	report_parameter(r, "trees", (double)o->trees);
	report_parameter(r, "max_depth", (double)o->depth);
	report_parameter(r, "eta", o->step);
	if (!boost_gains(b, gains, error))
		return false;
	for (j = 0; j < t->columns; j++)
		report_parameter(r, talloc_asprintf(gains, "gain %s", t->names[j]), gains[j]);
	return true;
}

static bool fit_boost(const struct table *t, const struct classify_options *o, const struct part *learn,
		      const struct part *judge, double *p, struct report *report, const char **error)
{
	struct boost *b = boost_fit(t, learn->x, learn->count, t->columns, learn->y, &o->boost, error);
	double *out = room(judge->count, sizeof(double));
	bool fine = b && boost_predict(b, judge->x, judge->count, out, error);
	size_t i;

	for (i = 0; fine && i < judge->count; i++)
		p[judge->rows[i]] = out[i];
	fine = fine && (!report || report_boost(report, t, b, &o->boost, error));
	free(out);
	talloc_free(b);
	return fine;
}

static bool both_classes(const struct part *s)
{
	size_t i;

	for (i = 1; i < s->count && s->y[i] == s->y[0]; i++)
		;
	return i < s->count;
}

bool classify_fit(const struct table *t, const struct classify_options *o, const unsigned char *part,
		  unsigned char held, double *p, struct report *report, const char **error)
{
	struct part learn = take(t, part, held, false), judge = take(t, part, held, true);
	bool fine = both_classes(&learn);

	if (!fine)
		*error = "the rows to learn from are of one class only; there must be both";
	else if (o->model == CLASSIFY_LOGISTIC)
		fine = fit_logistic(t, o, &learn, &judge, p, report, error);
	else
		fine = fit_boost(t, o, &learn, &judge, p, report, error);
	drop(&learn);
	drop(&judge);
	return fine;
}
