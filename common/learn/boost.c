/*
 * boost.c - gradient boosted trees (see boost.h)
 */
#include "common/learn/boost.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <xgboost/c_api.h>

struct boost {
	BoosterHandle handle;
	size_t columns;
};

static int boost_free(struct boost *b)
{
	if (b->handle)
		XGBoosterFree(b->handle);
	return 0;
}

static bool done(int code, const char **error)
{
	if (code != 0)
		*error = XGBGetLastError();
	return code == 0;
}

/* XGBoost computes in float; a number beyond its range would be taken for an infinity. NULL: *error. */
static DMatrixHandle matrix(const double *x, size_t rows, size_t columns, const char **error)
{
	float *data = malloc((rows * columns + 1) * sizeof(*data));
	DMatrixHandle m = NULL;
	size_t i;

	if (!data)
		abort(); /* out of memory */
	for (i = 0; i < rows * columns; i++)
		data[i] = (float)x[i];
	for (i = 0; i < rows * columns && !isinf(data[i]); i++)
		;
	if (i < rows * columns)
		*error = "a number is too large for XGBoost, which computes in single precision";
	else if (!done(XGDMatrixCreateFromMat(data, rows, columns, NAN, &m), error))
		m = NULL;
	free(data);
	return m;
}

static bool set(struct boost *b, const char *name, double value, const char **error)
{
	char text[32];

	snprintf(text, sizeof(text), "%.9g", value);
	return done(XGBoosterSetParam(b->handle, name, text), error);
}

static bool configure(struct boost *b, const struct boost_options *o, const char **error)
{
	return done(XGBoosterSetParam(b->handle, "objective", "binary:logistic"), error) &&
	       done(XGBoosterSetParam(b->handle, "tree_method", "hist"), error) &&
	       done(XGBoosterSetParam(b->handle, "verbosity", "0"), error) && set(b, "nthread", 1, error) &&
	       set(b, "seed", (double)o->seed, error) && set(b, "max_depth", (double)o->depth, error) &&
	       set(b, "eta", o->step, error);
}

static bool grow(struct boost *b, DMatrixHandle m, const double *y, size_t rows,
		 const struct boost_options *o, const char **error)
{
	float *labels = malloc((rows + 1) * sizeof(*labels));
	bool fine;
	size_t i;
	int t;

	if (!labels)
		abort();
	for (i = 0; i < rows; i++)
		labels[i] = (float)y[i];
	fine = done(XGDMatrixSetFloatInfo(m, "label", labels, rows), error) &&
	       done(XGBoosterCreate(&m, 1, &b->handle), error) && configure(b, o, error);
	for (t = 0; fine && t < o->trees; t++)
		fine = done(XGBoosterUpdateOneIter(b->handle, t, m), error);
	free(labels);
	return fine;
}

struct boost *boost_fit(const void *parent, const double *x, size_t rows, size_t columns, const double *y,
			const struct boost_options *options, const char **error)
{
	struct boost *b = talloc_zero(parent, struct boost);
	DMatrixHandle m;
	bool fine;

	b->columns = columns;
	talloc_set_destructor(b, boost_free);
	m = matrix(x, rows, columns, error);
	fine = m && grow(b, m, y, rows, options, error);
	if (m)
		XGDMatrixFree(m);
	if (!fine)
		TALLOC_FREE(b);
	return b;
}

bool boost_predict(const struct boost *b, const double *x, size_t rows, double *out, const char **error)
{
	DMatrixHandle m = matrix(x, rows, b->columns, error);
	const float *p = NULL;
	bst_ulong count = 0;
	bool fine;
	size_t i;

	fine = m && done(XGBoosterPredict(b->handle, m, 0, 0, 0, &count, &p), error);
	for (i = 0; fine && i < rows; i++)
		out[i] = p[i];
	if (m)
		XGDMatrixFree(m);
	return fine;
}

/* XGBoost calls its columns f0, f1... and leaves out those that it did not use. */
bool boost_gains(const struct boost *b, double *out, const char **error)
{
	bst_ulong count = 0, dimensions = 0, i;
	bst_ulong const *shape = NULL;
	const char **names = NULL;
	const float *gains = NULL;
	double sum = 0;

	memset(out, 0, b->columns * sizeof(*out));
	if (!done(XGBoosterFeatureScore(b->handle, "{\"importance_type\": \"total_gain\"}", &count, &names,
					&dimensions, &shape, &gains),
		  error))
		return false;
	for (i = 0; i < count; i++)
		sum += gains[i];
	for (i = 0; i < count; i++)
		out[strtoul(names[i] + 1, NULL, 10)] = gains[i] / sum;
	return true;
}
