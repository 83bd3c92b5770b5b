/*
 * gram.h - how often two columns of a matrix occur together: X'X
 */
#ifndef AE_LEARN_GRAM_H
#define AE_LEARN_GRAM_H

#include "common/learn/sparse.h"

/* Both triangles, row by row, columns x columns. NULL: no memory for it. */
double *gram_new(const void *parent, const struct sparse *m);

/* The lower triangle from the upper one. */
void gram_mirror(double *g, size_t n);

#endif
