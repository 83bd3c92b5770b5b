/*
 * clv_snapshots.c - days inside the calibration from which one can look ahead, to learn from what followed
 */
#include <math.h>
#include <stdlib.h>

#include "common/stats.h"
#include "services/train/clv.h"

enum {
	APART = 30,        /* days between two snapshots */
	HISTORY_LEAST = 60 /* days of history that a further snapshot must have */
};

size_t clv_snapshots(const struct clv_request *q, day first, int64_t window, day days[CLV_SNAPSHOTS])
{
	size_t count = 0;
	day at = (day)(q->calibration_end - window);

	for (; count < CLV_SNAPSHOTS && at >= first + (count > 0 ? HISTORY_LEAST : 0); at -= APART)
		days[count++] = at;
	return count;
}

double clv_cap(const struct clv_request *q, const struct transactions *t, int64_t window)
{
	day days[CLV_SNAPSHOTS];
	size_t count = clv_snapshots(q, t->first, window, days), i, j, n = 0;
	double *spends = malloc((t->count * CLV_SNAPSHOTS + 1) * sizeof(*spends)), features[FEATURE_COUNT],
	       cap;

	if (!spends)
		abort(); /* out of memory */
	for (i = 0; i < count; i++)
		for (j = 0; j < t->count; j++) {
			const struct customer *c = &t->customers[j];

			if (features_at(c->events, c->count, days[i], features))
				spends[n++] = features_outcome(c->events, c->count, days[i],
							       days[i] + (double)window)
						      .spend;
		}
	cap = n > 0 ? stats_quantile(spends, n, 0.99) : NAN;
	free(spends);
	return cap;
}
