/*
 * top.c - the best few of many scores
 *
 * A heap of the best so far, its worst on top: nearly every score is turned away by one comparison.
 */
#include "common/learn/top.h"

#include <math.h>
#include <stdbool.h>

/* Whether a stands behind b in the list. */
static bool behind(const float *scores, int32_t a, int32_t b)
{
	if (scores[a] != scores[b])
		return scores[a] < scores[b];
	return a > b;
}

static void sift_down(const float *scores, int32_t *heap, int32_t size, int32_t at)
{
	int32_t moved = heap[at], child;

	for (; (child = 2 * at + 1) < size; at = child) {
		if (child + 1 < size && behind(scores, heap[child + 1], heap[child]))
			child++;
		if (!behind(scores, heap[child], moved))
			break;
		heap[at] = heap[child];
	}
	heap[at] = moved;
}

static void sift_up(const float *scores, int32_t *heap, int32_t at)
{
	int32_t moved = heap[at], above;

	for (; at > 0 && (above = (at - 1) / 2, behind(scores, moved, heap[above])); at = above)
		heap[at] = heap[above];
	heap[at] = moved;
}

int32_t top_select(const float *scores, int32_t count, int32_t most, int32_t *out)
{
	int32_t size = 0, i, n;

	for (i = 0; i < count && most > 0; i++) {
		if (size == most && !(scores[i] > scores[out[0]]))
			continue;
		if (isnan(scores[i]) || scores[i] == -INFINITY)
			continue;
		if (size < most) {
			out[size] = i;
			sift_up(scores, out, size++);
		} else {
			out[0] = i;
			sift_down(scores, out, size, 0);
		}
	}
	for (n = size; n > 1; n--) {
		int32_t worst = out[0];

		out[0] = out[n - 1];
		out[n - 1] = worst;
		sift_down(scores, out, n - 1, 0);
	}
	return size;
}
