/*
 * model_score.c - the algorithms that this build computes (see model_score.h)
 */
#include "common/learn/model_score.h"

#include <math.h>
#include <string.h>
#include <talloc.h>

static bool linear_score(const void *parent, const struct container *c, const double *rows, size_t count,
			 size_t width, double *scores, const char **error)
{
	size_t weights = 0, one = 0, i, k;
	const double *w, *b;

	if (!(w = container_values(parent, c, "weights", CONTAINER_DOUBLE, 1, &weights, error)) ||
	    !(b = container_values(parent, c, "intercept", CONTAINER_DOUBLE, 1, &one, error)))
		return false;
	if (weights != c->header.feature_count || weights != width || one != 1) {
		*error = talloc_asprintf(
			parent, "%zu weights, %zu intercepts and rows of %zu values for %zu features",
			weights, one, width, c->header.feature_count);
		return false;
	}
	for (i = 0; i < count; i++) {
		scores[i] = b[0];
		for (k = 0; k < width; k++)
			scores[i] += w[k] * rows[i * width + k];
	}
	return true;
}

static bool logistic_score(const void *parent, const struct container *c, const double *rows, size_t count,
			   size_t width, double *scores, const char **error)
{
	size_t i;

	if (!linear_score(parent, c, rows, count, width, scores, error))
		return false;
	for (i = 0; i < count; i++)
		scores[i] = 1 / (1 + exp(-scores[i]));
	return true;
}

static const struct {
	const char *name;
	container_score *score;
} algorithms[] = {
	{"linear", linear_score},
	{"logistic", logistic_score},
	{"xgboost", xgboost_score},
};

container_score *model_scorer(const char *algorithm)
{
	size_t i;

	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (strcmp(algorithms[i].name, algorithm) == 0)
			return algorithms[i].score;
	return NULL;
}
