/*
 * kernel.c - the few loops over floats in which models spend their time
 */
#include "common/learn/kernel.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define KERNEL __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define KERNEL
#endif
#define INLINE static inline __attribute__((always_inline))

/* Eight floats anywhere in memory. */
typedef float lanes __attribute__((vector_size(32), aligned(4), may_alias));

enum {
	PANEL = 4,
	WIDTH = 8
};

KERNEL void kernel_add(float *out, const float *x, size_t n)
{
	size_t i;

	for (i = 0; i + WIDTH <= n; i += WIDTH)
		*(lanes *)(out + i) += *(const lanes *)(x + i);
	for (; i < n; i++)
		out[i] += x[i];
}

KERNEL void kernel_add_scaled(float *out, const float *x, float factor, size_t n)
{
	size_t i;

	for (i = 0; i + WIDTH <= n; i += WIDTH)
		*(lanes *)(out + i) += factor * *(const lanes *)(x + i);
	for (; i < n; i++)
		out[i] += factor * x[i];
}

INLINE float dot(const float *x, const float *y, size_t n)
{
	lanes a = {0}, b = {0};
	float sum = 0;
	size_t i, l;

	for (i = 0; i + 2 * WIDTH <= n; i += 2 * WIDTH) {
		a += *(const lanes *)(x + i) * *(const lanes *)(y + i);
		b += *(const lanes *)(x + i + WIDTH) * *(const lanes *)(y + i + WIDTH);
	}
	a += b;
#pragma GCC unroll 8
	for (l = 0; l < WIDTH; l++)
		sum += a[l];
	for (; i < n; i++)
		sum += x[i] * y[i];
	return sum;
}

KERNEL float kernel_dot(const float *x, const float *y, size_t n)
{
	return dot(x, y, n);
}

KERNEL void kernel_dots(float *out, const float *rows, size_t count, const float *x, size_t side)
{
	size_t r;

	for (r = 0; r < count; r++)
		out[r] = dot(rows + r * side, x, side);
}

/* out = base + sign * (rows' rows) within PANEL rows from `top` and two vectors of columns from `left`. */
INLINE void block(float *out, const float *base, const float *rows, size_t count, size_t side, size_t top,
		  size_t left, float sign)
{
	lanes sum[PANEL][2] = {{{0}}};
	size_t r, k;

	for (k = 0; k < count; k++) {
		const float *h = rows + k * side;
		lanes first = *(const lanes *)(h + left), second = *(const lanes *)(h + left + WIDTH);

#pragma GCC unroll 4
		for (r = 0; r < PANEL; r++) {
			sum[r][0] += h[top + r] * first;
			sum[r][1] += h[top + r] * second;
		}
	}
#pragma GCC unroll 4
	for (r = 0; r < PANEL; r++) {
		size_t at = (top + r) * side + left;

		*(lanes *)(out + at) = *(const lanes *)(base + at) + sign * sum[r][0];
		*(lanes *)(out + at + WIDTH) = *(const lanes *)(base + at + WIDTH) + sign * sum[r][1];
	}
}

/* The panel's blocks from the diagonal to the right; the few cells left of it are never looked at. */
INLINE void panel(float *out, const float *base, const float *rows, size_t count, size_t side, size_t top,
		  float sign)
{
	size_t left;

	for (left = top / KERNEL_LANES * KERNEL_LANES; left < side; left += KERNEL_LANES)
		block(out, base, rows, count, side, top, left, sign);
}

KERNEL void kernel_squares(float *out, const float *base, const float *rows, size_t count, size_t side)
{
	size_t top;

	for (top = 0; top < side; top += PANEL)
		panel(out, base, rows, count, side, top, 1);
}

/* out[from..] -= factor * x[from..], from the vector that holds `from`. */
INLINE void subtract(float *out, const float *x, float factor, size_t from, size_t side)
{
	size_t i;

	for (i = from / WIDTH * WIDTH; i < side; i += WIDTH)
		*(lanes *)(out + i) -= factor * *(const lanes *)(x + i);
}

INLINE void scale(float *x, float factor, size_t from, size_t side)
{
	size_t i;

	for (i = from / WIDTH * WIDTH; i < side; i += WIDTH)
		*(lanes *)(x + i) *= factor;
}

/* By panels: first what the rows above take away, then the panel's own rows one after another. */
KERNEL bool kernel_cholesky(float *a, size_t side)
{
	size_t top, r, s;

	for (top = 0; top < side; top += PANEL) {
		panel(a, a, a, top, side, top, -1);
		for (r = top; r < top + PANEL; r++) {
			float *row = a + r * side, pivot = row[r];

			if (!(pivot > 0) || !isfinite(pivot))
				return false;
			scale(row, 1 / sqrtf(pivot), r, side);
			for (s = r + 1; s < top + PANEL; s++)
				subtract(a + s * side, row, row[s], s, side);
		}
	}
	return true;
}

/* What is subtracted left of the diagonal would spoil what is solved already, so it is put aside. */
KERNEL void kernel_solve(const float *u, float *x, size_t side)
{
	float done[KERNEL_SIDE_MAX] = {0};
	size_t k;

	for (k = 0; k < side; k++) {
		const float *row = u + k * side;

		done[k] = x[k] / row[k];
		subtract(x, row, done[k], k + 1, side);
	}
	memset(x, 0, side * sizeof(*x));
	for (k = side; k-- > 0;) {
		const float *row = u + k * side;
		size_t from = k / KERNEL_LANES * KERNEL_LANES;

		/* What is not solved yet is 0 in x. */
		x[k] = (done[k] - dot(row + from, x + from, side - from)) / row[k];
	}
}
