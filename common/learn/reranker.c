/*
 * reranker.c - a logistic model over features, their squares and products
 */
#include "common/learn/reranker.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <talloc.h>

enum {
	BLOCK = 256,
	ROUNDS_MAX = 25
};
#define FAR 6.0 /* standard deviations from which on products grow no more: one far row would decide them */

struct reranker {
	int32_t features, terms;
	double *mean, *scale; /* scale 0: the feature never varies */
	double *weight;       /* of 1, the features, and their products */
};

struct fit {
	struct reranker *r;
	const float *rows;
	const uint8_t *labels;
	size_t count;
	double ridge;
	double *hessian, *gradient, *trial;
	double *block; /* BLOCK x terms */
};

static double near_by(double z)
{
	return fmax(-FAR, fmin(FAR, z));
}

/* Terms of one row: 1, z, and the products of z. */
static void expand(const struct reranker *r, const float *row, double *out)
{
	int32_t n = r->features, i, j, at = n + 1;

	out[0] = 1;
	for (i = 0; i < n; i++)
		out[i + 1] = (row[i] - r->mean[i]) * r->scale[i];
	for (i = 1; i <= n; i++)
		for (j = i; j <= n; j++)
			out[at++] = near_by(out[i]) * near_by(out[j]);
}

static void standardise(struct fit *f)
{
	struct reranker *r = f->r;
	double *squares = talloc_zero_array(r, double, r->features);
	int32_t i;
	size_t k;

	for (k = 0; k < f->count; k++)
		for (i = 0; i < r->features; i++) {
			double from = f->rows[k * (size_t)r->features + (size_t)i] - r->mean[i];

			r->mean[i] += from / (double)(k + 1);
			squares[i] += from * (f->rows[k * (size_t)r->features + (size_t)i] - r->mean[i]);
		}
	for (i = 0; i < r->features; i++) {
		double variance = squares[i] / (double)f->count;

		r->scale[i] = variance > 1e-12 ? 1 / sqrt(variance) : 0;
	}
	talloc_free(squares);
}

/* log(1 + e^x) without overflow. */
static double softplus(double x)
{
	return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static double penalty(const struct fit *f, const double *weight)
{
	double sum = 0;
	int32_t i;

	for (i = 1; i < f->r->terms; i++)
		sum += weight[i] * weight[i];
	return f->ridge / 2 * sum;
}

/* The loss at `weight`, with its derivatives where they are asked for. */
static double loss(const struct fit *f, const double *weight, bool derivatives)
{
	int32_t terms = f->r->terms, i;
	double sum = penalty(f, weight);
	size_t k, b, size;

	if (derivatives) {
		memset(f->hessian, 0, (size_t)terms * (size_t)terms * sizeof(double));
		for (i = 0; i < terms; i++) {
			f->gradient[i] = i ? f->ridge * weight[i] : 0;
			f->hessian[(size_t)i * (size_t)terms + (size_t)i] = i ? f->ridge : 1e-9;
		}
	}
	for (k = 0; k < f->count; k += size) {
		size = f->count - k < BLOCK ? f->count - k : BLOCK;
		for (b = 0; b < size; b++) {
			double *x = f->block + b * (size_t)terms, z, p;

			expand(f->r, f->rows + (k + b) * (size_t)f->r->features, x);
			z = cblas_ddot(terms, x, 1, weight, 1);
			sum += softplus(z) - f->labels[k + b] * z;
			if (!derivatives)
				continue;
			p = 1 / (1 + exp(-z));
			cblas_daxpy(terms, p - f->labels[k + b], x, 1, f->gradient, 1);
			cblas_dscal(terms, sqrt(p * (1 - p)), x, 1);
		}
		if (derivatives)
			cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, terms, (int)size, 1, f->block,
				    terms, 1, f->hessian, terms);
	}
	return sum;
}

/* Newton's step, halved until the loss falls. 1: fell by much, 0: as good as there, -1: no step. */
static int step(struct fit *f, double *now)
{
	int32_t terms = f->r->terms, i, half;
	double size = 1, next = *now;

	if (LAPACKE_dposv_work(LAPACK_COL_MAJOR, 'L', terms, 1, f->hessian, terms, f->gradient, terms) != 0)
		return -1;
	for (half = 0; half < 30; half++, size /= 2) {
		for (i = 0; i < terms; i++)
			f->trial[i] = f->r->weight[i] - size * f->gradient[i];
		next = loss(f, f->trial, false);
		if (next <= *now)
			break;
	}
	if (!(next <= *now))
		return 0;
	memcpy(f->r->weight, f->trial, (size_t)terms * sizeof(double));
	size = *now - next;
	*now = next;
	return size > 1e-7 * next;
}

static bool descend(struct fit *f)
{
	int32_t terms = f->r->terms, round;
	size_t ones = 0, k;
	double now;
	int moved = 1;

	for (k = 0; k < f->count; k++)
		ones += f->labels[k];
	if (ones == 0 || ones == f->count)
		return false;
	f->hessian = talloc_array(f->r, double, (size_t)terms *(size_t)terms);
	f->gradient = talloc_array(f->r, double, terms);
	f->trial = talloc_array(f->r, double, terms);
	f->block = talloc_array(f->r, double, (size_t)BLOCK *(size_t)terms);
	f->r->weight[0] = log((double)ones / (double)(f->count - ones));
	for (round = 0; round < ROUNDS_MAX && moved == 1; round++) {
		now = loss(f, f->r->weight, true);
		moved = step(f, &now);
	}
	talloc_free(f->hessian);
	talloc_free(f->gradient);
	talloc_free(f->trial);
	talloc_free(f->block);
	return moved >= 0;
}

struct reranker *reranker_fit(const void *parent, const float *rows, const uint8_t *labels, size_t count,
			      int32_t features, double ridge)
{
	struct reranker *r = talloc_zero(parent, struct reranker);
	struct fit f = {.r = r, .rows = rows, .labels = labels, .count = count, .ridge = ridge};

	r->features = features;
	r->terms = 1 + features + features * (features + 1) / 2;
	r->mean = talloc_zero_array(r, double, features);
	r->scale = talloc_zero_array(r, double, features);
	r->weight = talloc_zero_array(r, double, r->terms);
	standardise(&f);
	if (descend(&f))
		return r;
	talloc_free(r);
	return NULL;
}

void reranker_score(const struct reranker *r, const float *rows, size_t count, float *out)
{
	double *terms = talloc_array(NULL, double, r->terms);
	size_t k;

	for (k = 0; k < count; k++) {
		expand(r, rows + k * (size_t)r->features, terms);
		out[k] = (float)(1 / (1 + exp(-cblas_ddot(r->terms, terms, 1, r->weight, 1))));
	}
	talloc_free(terms);
}
