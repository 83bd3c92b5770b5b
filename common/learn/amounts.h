/*
 * amounts.h - how good forecasts of amounts were, once the truth is known
 */
#ifndef AE_LEARN_AMOUNTS_H
#define AE_LEARN_AMOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/learn/scores.h"

struct amounts {
	struct score mae, rmse;
	struct score spearman; /* correlation of ranks, ties at their mean rank */
	struct score top10;    /* share of the true highest tenth that is in the forecast's; ties shared */
};

/* Both sides are cut at cap (INFINITY: not), since a few that are huge would decide alone. False: no rows, or
 * a NaN. */
bool amounts_of(const double *forecast, const double *truth, size_t count, double cap, struct amounts *out);

#endif
