/*
 * search.h - the place where a function of few positive parameters is highest
 */
#ifndef AE_LEARN_SEARCH_H
#define AE_LEARN_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

enum {
	SEARCH_PARAMETERS_MAX = 8
};
/* Parameters stay within these; one that ends up near an end was not bounded by the data. */
#define SEARCH_LEAST 1e-7
#define SEARCH_MOST  1e9

typedef double search_function(const double *parameters, void *context);

struct search {
	double at[SEARCH_PARAMETERS_MAX];
	double errors[SEARCH_PARAMETERS_MAX]; /* from the curvature there; NaN where it has none */
	double value;
	bool converged;
};

/* Nelder and Mead over the logarithms, begun again where it ended until that gains nothing. A value that is
 * not finite counts as the worst. */
struct search search_highest(search_function *function, void *context, const double *from, size_t count);

#endif
