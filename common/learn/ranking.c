/*
 * ranking.c - how good a list is
 */
#include "common/learn/ranking.h"

#include <math.h>

static bool contains(const int32_t *wanted, int32_t count, int32_t item)
{
	int32_t low = 0, high = count;

	while (low < high) {
		int32_t middle = low + (high - low) / 2;

		if (wanted[middle] < item)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && wanted[low] == item;
}

void ranking_hits(const int32_t *list, int32_t count, const int32_t *wanted, int32_t wanted_count, bool *hit)
{
	int32_t i;

	for (i = 0; i < count; i++)
		hit[i] = contains(wanted, wanted_count, list[i]);
}

static int32_t lesser(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

double ranking_ndcg(const bool *hit, int32_t count, int32_t wanted_count, int32_t k)
{
	double gain = 0, best = 0;
	int32_t i;

	for (i = 0; i < lesser(count, k); i++)
		if (hit[i])
			gain += 1 / log2(i + 2);
	for (i = 0; i < lesser(wanted_count, k); i++)
		best += 1 / log2(i + 2);
	return best > 0 ? gain / best : NAN;
}

double ranking_recall(const bool *hit, int32_t count, int32_t wanted_count, int32_t k)
{
	int32_t i, hits = 0;

	for (i = 0; i < lesser(count, k); i++)
		hits += hit[i];
	return wanted_count > 0 ? hits / (double)lesser(wanted_count, k) : NAN;
}

double ranking_any(const bool *hit, int32_t count, int32_t k)
{
	int32_t i;

	for (i = 0; i < lesser(count, k); i++)
		if (hit[i])
			return 1;
	return 0;
}

void mean_add(struct mean *m, double value)
{
	double from = value - m->value;

	m->count++;
	m->value += from / (double)m->count;
	m->squares += from * (value - m->value);
}

double mean_error(const struct mean *m)
{
	return m->count > 1 ? sqrt(m->squares / (double)(m->count - 1) / (double)m->count) : NAN;
}
