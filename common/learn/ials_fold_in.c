/*
 * ials_fold_in.c - the vector of one whose history is known, given the columns' vectors
 */
#include "common/learn/ials.h"
#include "common/learn/ials_solve.h"
#include "common/learn/kernel.h"

#include <string.h>
#include <talloc.h>

static struct ials_side side_of(const struct ials *f)
{
	return (struct ials_side){.vectors = f->column_factors,
				  .side = (size_t)f->side,
				  .count = f->columns,
				  .gram = f->gram,
				  .unobserved = f->unobserved,
				  .regularisation = f->regularisation,
				  .nu = f->nu};
}

bool ials_fold_in(const struct ials *f, const int32_t *index, int32_t count, float *out)
{
	struct ials_side s = side_of(f);
	void *pool = talloc_new(NULL);
	bool ok;

	s.gathered = talloc_array(pool, float, (size_t)count *s.side);
	s.matrix = talloc_array(pool, float, s.side *s.side);
	ok = ials_solve(&s, index, count, out);
	talloc_free(pool);
	return ok;
}

/* out = (gram + sum v v' + ridge I) x, without the matrix. */
static void apply(const struct ials_side *s, const int32_t *index, int32_t count, const float *x, float *out)
{
	float ridge = ials_ridge(s, count);
	int32_t i;
	size_t k;

	kernel_dots(out, s->gram, s->side, x, s->side);
	for (k = 0; k < s->side; k++)
		out[k] += ridge * x[k];
	for (i = 0; i < count; i++) {
		const float *v = s->vectors + (size_t)index[i] * s->side;

		kernel_add_scaled(out, v, kernel_dot(v, x, s->side), s->side);
	}
}

void ials_fold_in_steps(const struct ials *f, const int32_t *index, int32_t count, int steps, float *out)
{
	struct ials_side s = side_of(f);
	float rest[IALS_FACTORS_MAX] = {0}, way[IALS_FACTORS_MAX], image[IALS_FACTORS_MAX], now, before;
	int32_t i;
	size_t k;

	memset(out, 0, s.side * sizeof(*out));
	for (i = 0; i < count; i++)
		kernel_add(rest, s.vectors + (size_t)index[i] * s.side, s.side);
	memcpy(way, rest, sizeof(way));
	now = kernel_dot(rest, rest, s.side);
	for (; steps > 0 && now > 0; steps--) {
		float length;

		apply(&s, index, count, way, image);
		length = now / kernel_dot(way, image, s.side);
		kernel_add_scaled(out, way, length, s.side);
		kernel_add_scaled(rest, image, -length, s.side);
		before = now;
		now = kernel_dot(rest, rest, s.side);
		for (k = 0; k < s.side; k++)
			way[k] = rest[k] + now / before * way[k];
	}
}
