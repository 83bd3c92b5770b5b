/*
 * test_recommenders.c - models against the equations that define them, on matrices small enough to be
 * computed densely
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/learn/ease.h"
#include "common/learn/draw.h"
#include "common/learn/gram.h"
#include "common/learn/ials.h"
#include "common/learn/kernel.h"
#include "common/learn/knn.h"
#include "common/learn/reranker.h"
#include "tests/unit/unit.h"

enum {
	ROWS = 40,
	COLUMNS = 12
};

static double dense[ROWS][COLUMNS];

/* Every column another share of the rows; the first row has nothing, the second everything. */
static struct sparse *matrix_new(const void *parent, uint64_t seed)
{
	struct draw g = draw_begin(seed);
	struct cell cells[2 * ROWS * COLUMNS];
	size_t count = 0;
	int32_t r, c;

	for (r = ROWS - 1; r >= 0; r--)
		for (c = COLUMNS - 1; c >= 0; c--) {
			dense[r][c] = r != 0 && (r == 1 || draw_uniform(&g) < 0.1 + 0.05 * c);
			if (dense[r][c] != 0)
				cells[count++] = (struct cell){r, c};
			if (dense[r][c] != 0 && r % 3 == 0)
				cells[count++] = (struct cell){r, c};
		}
	return sparse_new(parent, ROWS, COLUMNS, cells, count);
}

/* --- sparse ----------------------------------------------------------------------------------------- */

START_TEST(test_sparse)
{
	struct sparse *m = matrix_new(NULL, 1), *t = sparse_transpose(m, m);
	double got[ROWS][COLUMNS] = {{0}}, turned[ROWS][COLUMNS] = {{0}};
	int32_t r;
	size_t i;

	for (r = 0; r < ROWS; r++)
		for (i = m->begins[r]; i < m->begins[r + 1]; i++) {
			got[r][m->index[i]]++;
			ck_assert(i == m->begins[r] || m->index[i - 1] < m->index[i]);
		}
	for (r = 0; r < COLUMNS; r++)
		for (i = t->begins[r]; i < t->begins[r + 1]; i++)
			turned[t->index[i]][r]++;
	ck_assert_mem_eq(got, dense, sizeof(dense));
	ck_assert_mem_eq(turned, dense, sizeof(dense));
	talloc_free(m);
}
END_TEST

/* --- EASE ------------------------------------------------------------------------------------------- */

static double together(int32_t a, int32_t b)
{
	double sum = 0;
	int32_t r;

	for (r = 0; r < ROWS; r++)
		sum += dense[r][a] * dense[r][b];
	return sum;
}

/* Gauss and Jordan, with pivots. */
static void inverse(double a[COLUMNS][COLUMNS], double out[COLUMNS][COLUMNS])
{
	int32_t i, j, k, best;

	for (i = 0; i < COLUMNS; i++)
		for (j = 0; j < COLUMNS; j++)
			out[i][j] = i == j;
	for (k = 0; k < COLUMNS; k++) {
		double pivot;

		for (best = k, i = k; i < COLUMNS; i++)
			best = fabs(a[i][k]) > fabs(a[best][k]) ? i : best;
		for (j = 0; j < COLUMNS; j++) {
			double kept = a[k][j], other = out[k][j];

			a[k][j] = a[best][j];
			a[best][j] = kept;
			out[k][j] = out[best][j];
			out[best][j] = other;
		}
		pivot = a[k][k];
		for (j = 0; j < COLUMNS; j++) {
			a[k][j] /= pivot;
			out[k][j] /= pivot;
		}
		for (i = 0; i < COLUMNS; i++) {
			double factor = i == k ? 0 : a[i][k];

			for (j = 0; j < COLUMNS; j++) {
				a[i][j] -= factor * a[k][j];
				out[i][j] -= factor * out[k][j];
			}
		}
	}
}

START_TEST(test_ease)
{
	struct sparse *m = matrix_new(NULL, 2);
	struct ease *e = ease_fit(m, m, 3.5);
	double a[COLUMNS][COLUMNS], p[COLUMNS][COLUMNS];
	float scores[COLUMNS];
	int32_t i, j, r;

	for (i = 0; i < COLUMNS; i++)
		for (j = 0; j < COLUMNS; j++)
			a[i][j] = together(i, j) + (i == j ? 3.5 : 0);
	inverse(a, p);
	for (i = 0; i < COLUMNS; i++)
		for (j = 0; j < COLUMNS; j++)
			ck_assert_double_eq_tol(e->weights[i * COLUMNS + j], i == j ? 0 : -p[i][j] / p[j][j],
						1e-6);
	for (r = 0; r < ROWS; r++) {
		ease_score(e, m->index + m->begins[r], sparse_row_count(m, r), scores);
		for (j = 0; j < COLUMNS; j++) {
			double want = 0;

			for (i = 0; i < COLUMNS; i++)
				want += dense[r][i] * e->weights[i * COLUMNS + j];
			ck_assert_double_eq_tol(scores[j], want, 1e-5);
		}
	}
	talloc_free(m);
}
END_TEST

START_TEST(test_ease_without_inverse)
{
	static const struct cell cells[] = {{0, 0}, {0, 1}};
	struct sparse *m = sparse_new(NULL, 1, 2, cells, 2);

	ck_assert_ptr_null(ease_fit(m, m, 0));
	ck_assert_ptr_nonnull(ease_fit(m, m, 1));
	talloc_free(m);
}
END_TEST

/* --- kNN -------------------------------------------------------------------------------------------- */

static double similarity(int32_t i, int32_t j)
{
	return i == j ? 0 : together(i, j) / (sqrt(together(i, i) * together(j, j)) + 2);
}

/* Among the three nearest of j, by counting those that are nearer. */
static bool near_enough(int32_t i, int32_t j)
{
	int32_t k, nearer = 0;

	for (k = 0; k < COLUMNS; k++)
		nearer += similarity(k, j) > similarity(i, j) + 1e-9 ||
			  (fabs(similarity(k, j) - similarity(i, j)) <= 1e-9 && k < i);
	return nearer < 3;
}

START_TEST(test_knn)
{
	struct sparse *m = matrix_new(NULL, 3), *near = knn_fit(m, m, 3, 2);
	float scores[COLUMNS];
	int32_t r, i, j;

	for (r = 0; r < ROWS; r++) {
		knn_score(near, m->index + m->begins[r], sparse_row_count(m, r), scores);
		for (j = 0; j < COLUMNS; j++) {
			double want = 0;

			for (i = 0; i < COLUMNS; i++)
				if (i != j && near_enough(i, j))
					want += dense[r][i] * similarity(i, j);
			ck_assert_double_eq_tol(scores[j], want, 1e-5);
		}
	}
	talloc_free(m);
}
END_TEST

/* --- iALS ------------------------------------------------------------------------------------------- */

static const struct ials_options ials_options = {
	.factors = 5, .sweeps = 8, .unobserved = 0.3, .regularisation = 0.02, .nu = 0.8, .seed = 7};

static double product(const float *x, const float *y, int32_t n)
{
	double sum = 0;
	int32_t k;

	for (k = 0; k < n; k++)
		sum += (double)x[k] * y[k];
	return sum;
}

static double ridge(const struct ials *f, double has, double others)
{
	return f->regularisation * pow(has + f->unobserved * others, f->nu);
}

/* The objective, word by word. */
static double objective(const struct ials *f)
{
	double sum = 0, y;
	int32_t r, c;

	for (r = 0; r < ROWS; r++) {
		const float *row = f->row_factors + r * f->side;
		double has = 0;

		for (c = 0; c < COLUMNS; c++) {
			y = product(row, f->column_factors + c * f->side, f->side);
			sum += dense[r][c] * (1 - y) * (1 - y) + f->unobserved * y * y;
			has += dense[r][c];
		}
		sum += ridge(f, has, COLUMNS) * product(row, row, f->side);
	}
	for (c = 0; c < COLUMNS; c++) {
		const float *column = f->column_factors + c * f->side;

		sum += ridge(f, together(c, c), ROWS) * product(column, column, f->side);
	}
	return sum;
}

/* The columns were solved last: no small step of theirs makes the objective less. */
START_TEST(test_ials_solves_its_equations)
{
	struct sparse *m = matrix_new(NULL, 4);
	struct ials *f = ials_fit(m, m, &ials_options);
	const float step = 1.0F / 64;
	int32_t c, k;

	for (c = 0; c < COLUMNS; c++)
		for (k = 0; k < f->factors; k++) {
			float *at = &f->column_factors[c * f->side + k], kept = *at;
			double up, down;

			*at = kept + step;
			up = objective(f);
			*at = kept - step;
			down = objective(f);
			*at = kept;
			/* Of a parabola this is its slope exactly. */
			ck_assert_double_eq_tol((up - down) / (2 * step), 0, 2e-4);
			ck_assert_double_gt(up, objective(f));
		}
	for (c = 0; c < COLUMNS; c++)
		for (k = f->factors; k < f->side; k++)
			ck_assert(f->column_factors[c * f->side + k] == 0);
	talloc_free(m);
}
END_TEST

START_TEST(test_ials_gets_better)
{
	struct sparse *m = matrix_new(NULL, 5);
	struct ials_options o = ials_options;
	double before = INFINITY, now;

	for (o.sweeps = 1; o.sweeps < 10; o.sweeps++) {
		now = objective(ials_fit(m, m, &o));
		ck_assert_double_lt(now, before + 1e-6);
		before = now;
	}
	o.regularisation = 0;
	o.unobserved = 0;
	ck_assert_ptr_null(ials_fit(m, m, &o));
	talloc_free(m);
}
END_TEST

START_TEST(test_ials_folds_in)
{
	struct sparse *m = matrix_new(NULL, 6);
	struct ials *f = ials_fit(m, m, &ials_options);
	float exact[KERNEL_LANES], steps[KERNEL_LANES], scores[COLUMNS];
	int32_t r, k, c;

	for (r = 0; r < ROWS; r++) {
		const int32_t *index = m->index + m->begins[r];
		int32_t count = sparse_row_count(m, r);
		float *row = f->row_factors + r * f->side;
		double before = objective(f);

		ck_assert(ials_fold_in(f, index, count, exact));
		ials_fold_in_steps(f, index, count, f->factors + 3, steps);
		for (k = 0; k < f->side; k++)
			ck_assert_double_eq_tol(exact[k], steps[k], 1e-3);
		/* Better than what the row was when the columns were still others. */
		memcpy(row, exact, (size_t)f->side * sizeof(float));
		ck_assert_double_le(objective(f), before + 1e-6);
		ials_score(f, exact, scores);
		for (c = 0; c < COLUMNS; c++)
			ck_assert_double_eq_tol(
				scores[c], product(exact, f->column_factors + c * f->side, f->side), 1e-5);
	}
	talloc_free(m);
}
END_TEST

/* --- kernels ---------------------------------------------------------------------------------------- */

START_TEST(test_kernels)
{
	static const size_t sides[] = {16, 32, 64, 128, 256};
	struct draw g = draw_begin(8);
	size_t s, i, j;

	for (s = 0; s < sizeof(sides) / sizeof(sides[0]); s++) {
		size_t n = sides[s], count = 3 * n / 2;
		float *rows = talloc_array(NULL, float, count *n), *a = talloc_zero_array(rows, float, n *n);
		float *u = talloc_array(rows, float, n *n), *x = talloc_array(rows, float, n);
		float *b = talloc_array(rows, float, n);

		for (i = 0; i < count * n; i++)
			rows[i] = (float)draw_normal(&g);
		for (i = 0; i < n; i++) {
			b[i] = x[i] = (float)draw_normal(&g);
			a[i * n + i] = (float)n;
		}
		kernel_squares(u, a, rows, count, n);
		memcpy(a, u, n * n * sizeof(float));
		ck_assert(kernel_cholesky(u, n));
		kernel_solve(u, x, n);
		for (i = 0; i < n; i++) {
			double got = 0;

			for (j = 0; j < n; j++)
				got += (double)a[i < j ? i * n + j : j * n + i] * x[j];
			ck_assert_double_eq_tol(got, b[i], 1e-3);
		}
		for (i = 0; i < n; i++) {
			double want = (double)n;

			for (j = 0; j < count; j++)
				want += (double)rows[j * n + i] * rows[j * n + i];
			ck_assert_double_eq_tol(a[i * n + i], want, 1e-5 * want);
		}
		a[n / 2 * n + n / 2] = -1;
		ck_assert_msg(!kernel_cholesky(a, n), "not positive definite");
		talloc_free(rows);
	}
}
END_TEST

/* Lengths around the vectors' widths. */
START_TEST(test_kernels_of_any_length)
{
	float x[40], y[40], sum[40], scaled[40], dots[3];
	size_t n, i;

	for (n = 0; n < 40; n++) {
		double want = 0;

		for (i = 0; i < 40; i++) {
			x[i] = (float)i + 1;
			y[i] = sum[i] = scaled[i] = 40 - (float)i;
		}
		for (i = 0; i < n; i++)
			want += (double)x[i] * y[i];
		ck_assert_double_eq_tol(kernel_dot(x, y, n), want, 1e-3);
		kernel_add(sum, x, n);
		kernel_add_scaled(scaled, x, 2, n);
		for (i = 0; i < 40; i++) {
			ck_assert_double_eq_tol(sum[i], y[i] + (i < n ? x[i] : 0), 1e-5);
			ck_assert_double_eq_tol(scaled[i], y[i] + (i < n ? 2 * x[i] : 0), 1e-5);
		}
	}
	kernel_dots(dots, x, 3, y, 13);
	ck_assert_double_eq_tol(dots[2], kernel_dot(x + 26, y, 13), 1e-3);
}
END_TEST

/* --- the re-ranker ---------------------------------------------------------------------------------- */

/* Four groups from two features: with their product the model can be each group's share, and must be. */
START_TEST(test_reranker_learns_shares)
{
	static const int ones[2][2] = {{10, 60}, {70, 20}};
	enum {
		EACH = 100
	};
	float rows[4 * EACH][3], got[4 * EACH];
	uint8_t labels[4 * EACH];
	struct reranker *r;
	int a, b, i, at = 0;

	for (a = 0; a < 2; a++)
		for (b = 0; b < 2; b++)
			for (i = 0; i < EACH; i++, at++) {
				rows[at][0] = (float)(1000 + a);
				rows[at][1] = (float)b / 1000;
				rows[at][2] = 42; /* never varies */
				labels[at] = i < ones[a][b];
			}
	r = reranker_fit(NULL, rows[0], labels, 4 * EACH, 3, 1e-4);
	ck_assert_ptr_nonnull(r);
	reranker_score(r, rows[0], 4 * EACH, got);
	for (at = 0; at < 4 * EACH; at++)
		ck_assert_double_eq_tol(got[at], ones[at / (2 * EACH)][at / EACH % 2] / (double)EACH, 1e-3);
	memset(labels, 0, sizeof(labels));
	ck_assert_ptr_null(reranker_fit(r, rows[0], labels, 4 * EACH, 3, 1));
	talloc_free(r);
}
END_TEST

/* What separates completely has no finite weights; the ridge gives some. */
START_TEST(test_reranker_separates)
{
	float rows[200], got[200];
	uint8_t labels[200];
	struct reranker *r;
	int i;

	for (i = 0; i < 200; i++) {
		rows[i] = (float)i;
		labels[i] = i >= 150;
	}
	r = reranker_fit(NULL, rows, labels, 200, 1, 0.01);
	ck_assert_ptr_nonnull(r);
	reranker_score(r, rows, 200, got);
	for (i = 0; i < 200; i++)
		ck_assert_msg((got[i] > 0.5) == (i >= 150) && isfinite(got[i]), "%d: %f", i, got[i]);
	talloc_free(r);
}
END_TEST

UNIT_MAIN("recommenders", test_sparse, test_ease, test_ease_without_inverse, test_knn,
	  test_ials_solves_its_equations, test_ials_gets_better, test_ials_folds_in, test_kernels,
	  test_kernels_of_any_length, test_reranker_learns_shares, test_reranker_separates)
