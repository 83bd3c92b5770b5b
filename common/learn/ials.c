/*
 * ials.c - implicit alternating least squares
 */
#include "common/learn/ials.h"
#include "common/learn/draw.h"
#include "common/learn/ials_solve.h"
#include "common/learn/kernel.h"

#include <math.h>
#include <talloc.h>

/* Small random vectors; what is beyond `factors` is 0 and stays so. */
static float *vectors_new(const void *parent, int32_t count, int32_t factors, size_t side, struct draw *g)
{
	float *v = talloc_zero_array(parent, float, (size_t)count *side);
	double scale = 0.1 / sqrt(factors);
	int32_t i, k;

	for (i = 0; i < count; i++)
		for (k = 0; k < factors; k++)
			v[(size_t)i * side + (size_t)k] = (float)(scale * draw_normal(g));
	return v;
}

static int32_t longest_row(const struct sparse *m)
{
	int32_t r, most = 0;

	for (r = 0; r < m->rows; r++)
		if (sparse_row_count(m, r) > most)
			most = sparse_row_count(m, r);
	return most;
}

/* Every row of m anew, given the columns' vectors. */
static bool half_sweep(const struct ials *f, const struct sparse *m, float *rows, const float *columns)
{
	size_t side = (size_t)f->side;
	void *pool = talloc_new(NULL);
	struct ials_side s = {.vectors = columns,
			      .side = side,
			      .count = m->columns,
			      .gram = f->gram,
			      .unobserved = f->unobserved,
			      .regularisation = f->regularisation,
			      .nu = f->nu,
			      .gathered = talloc_array(pool, float, (size_t)longest_row(m) * side),
			      .matrix = talloc_array(pool, float, side *side)};
	bool ok = true;
	int32_t r;

	ials_gram(f->gram, columns, m->columns, side, f->unobserved);
	for (r = 0; r < m->rows && ok; r++)
		ok = ials_solve(&s, m->index + m->begins[r], sparse_row_count(m, r), rows + (size_t)r * side);
	talloc_free(pool);
	return ok;
}

static bool sweeps(struct ials *f, const struct sparse *m, const struct ials_options *o)
{
	struct sparse *t = sparse_transpose(f, m);
	bool ok = true;
	int32_t half;

	for (half = 0; half < 2 * o->sweeps && ok; half++) {
		ok = half % 2 == 0 ? half_sweep(f, m, f->row_factors, f->column_factors)
				   : half_sweep(f, t, f->column_factors, f->row_factors);
		if (o->at)
			o->at(o->whom, half + 1);
	}
	talloc_free(t);
	return ok;
}

struct ials *ials_fit(const void *parent, const struct sparse *m, const struct ials_options *o)
{
	struct ials *f = talloc_zero(parent, struct ials);
	struct draw g = draw_begin(o->seed);

	f->rows = m->rows;
	f->columns = m->columns;
	f->factors = o->factors;
	f->side = (o->factors + KERNEL_LANES - 1) / KERNEL_LANES * KERNEL_LANES;
	f->unobserved = o->unobserved;
	f->regularisation = o->regularisation;
	f->nu = o->nu;
	f->gram = talloc_array(f, float, (size_t)f->side *(size_t)f->side);
	f->row_factors = vectors_new(f, m->rows, f->factors, (size_t)f->side, &g);
	f->column_factors = vectors_new(f, m->columns, f->factors, (size_t)f->side, &g);
	if (!sweeps(f, m, o)) {
		talloc_free(f);
		return NULL;
	}
	ials_gram(f->gram, f->column_factors, f->columns, (size_t)f->side, f->unobserved);
	return f;
}

void ials_score(const struct ials *f, const float *row, float *out)
{
	kernel_dots(out, f->column_factors, (size_t)f->columns, row, (size_t)f->side);
}
