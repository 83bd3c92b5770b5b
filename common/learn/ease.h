/*
 * ease.h - EASE: which columns speak for which others, as one matrix of weights in closed form
 *
 * B = I - P diag(1/P), P = (X'X + lambda I)^-1 (Steck, Embarrassingly Shallow Autoencoders, 2019). A row's
 * scores are x B, the sum of B's rows over what the row has; B[i][j] is therefore how much i speaks for j.
 * What B holds about a column itself is 0.
 */
#ifndef AE_LEARN_EASE_H
#define AE_LEARN_EASE_H

#include <stdbool.h>
#include "common/learn/sparse.h"

struct ease {
	int32_t columns;
	float *weights; /* columns x columns, B row by row */
};

/* Memory in bytes at its most, for those who must know beforehand. */
size_t ease_memory(int32_t columns);
/* NULL: no memory, or lambda too small for these columns (the matrix has no inverse). */
struct ease *ease_fit(const void *parent, const struct sparse *m, double lambda);
/* out[columns]: the scores of one who has these columns. */
void ease_score(const struct ease *e, const int32_t *index, int32_t count, float *out);

#endif
