/*
 * reranker.h - a logistic model over features, their squares and products, for ordering candidates
 *
 * Features are standardised; one that never varies is left out. Squares and products let a linear model say
 * "only if": a member's own features would otherwise never move one candidate past another. Fitted by
 * Newton's method (iteratively reweighted least squares) with a ridge.
 */
#ifndef AE_LEARN_RERANKER_H
#define AE_LEARN_RERANKER_H

#include <stddef.h>
#include <stdint.h>

struct reranker;

/* rows: count x features; labels 0 or 1. NULL: one of the labels is missing, or the fit does not converge. */
struct reranker *reranker_fit(const void *parent, const float *rows, const uint8_t *labels, size_t count,
			      int32_t features, double ridge);
/* out[count]: probabilities. */
void reranker_score(const struct reranker *r, const float *rows, size_t count, float *out);

#endif
