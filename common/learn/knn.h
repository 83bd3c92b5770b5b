/*
 * knn.h - item-kNN: each column's nearest others by shrunk cosine
 *
 * sim(i, j) = both / (sqrt(n_i n_j) + shrink); of each target j the k nearest count, and a row's score for j
 * is the sum of sim(i, j) over what the row has among them (Deshpande and Karypis 2004; the shrinkage as in
 * Koren 2008, which keeps two columns that met twice from being taken for twins).
 */
#ifndef AE_LEARN_KNN_H
#define AE_LEARN_KNN_H

#include "common/learn/sparse.h"

/* Row i, column j: sim(i, j) where i is among the nearest of j. */
struct sparse *knn_fit(const void *parent, const struct sparse *m, int32_t neighbours, double shrink);
/* out[columns] */
void knn_score(const struct sparse *near, const int32_t *index, int32_t count, float *out);

#endif
