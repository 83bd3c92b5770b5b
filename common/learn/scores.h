/*
 * scores.h - how good probabilities were, once the truth is known
 */
#ifndef AE_LEARN_SCORES_H
#define AE_LEARN_SCORES_H

#include <stdbool.h>
#include <stddef.h>

struct score {
	double value, error; /* error: standard error; NaN where it is not known */
};

/* NaN: cannot be said, as no AUC of one class. */
struct scores {
	size_t rows, ones;
	struct score auc;       /* ties count half; DeLong's variance */
	struct score brier;     /* mean (p - y)^2 */
	struct score log_loss;  /* natural logarithm; p kept within 1e-15 of 0 and 1 */
	struct score ece10;     /* mean |rate - mean p| over ten groups of equal width, by their size */
	struct score slope;     /* of y on logit(p): below 1, the model is too sure of itself */
	struct score intercept; /* of the same regression */
	struct score lift10;    /* rate among the highest tenth / rate of all; ties shared */
	double base_brier;      /* what the base rate alone would get */
};

/* Labels 0 or 1; p from 0 to 1. False: no rows, or a NaN. */
bool scores_of(const double *p, const double *label, size_t count, struct scores *out);

/* A mean and its standard error (NAN of a single value). */
struct score score_mean(const double *values, size_t count);

#endif
