/*
 * ranking.h - how good a list is, given what was wanted in the end
 *
 * Gain is binary. NDCG@k: discounted by 1/log2(rank + 1), over the best that min(k, wanted) hits could give.
 * Recall@k: hits over min(k, wanted). HR@k: whether there is any hit.
 */
#ifndef AE_LEARN_RANKING_H
#define AE_LEARN_RANKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* hit[i]: list[i] is among wanted, which ascends. */
void ranking_hits(const int32_t *list, int32_t count, const int32_t *wanted, int32_t wanted_count, bool *hit);
double ranking_ndcg(const bool *hit, int32_t count, int32_t wanted_count, int32_t k);
double ranking_recall(const bool *hit, int32_t count, int32_t wanted_count, int32_t k);
double ranking_any(const bool *hit, int32_t count, int32_t k);

/* The mean of values and its standard error, added up one by one (Welford); NaN where there are too few. */
struct mean {
	int64_t count;
	double value, squares;
};
void mean_add(struct mean *m, double value);
double mean_error(const struct mean *m);

#endif
