/*
 * chart_time.h - the time axis of a chart: ISO days or months to positions, and its ticks
 */
#ifndef AE_CHART_TIME_H
#define AE_CHART_TIME_H

#include <stdbool.h>
#include <stdint.h>
#include "common/chart.h"
#include "common/clock.h"

enum {
	TIME_TICKS_MAX = 64
};

struct time_axis {
	bool months;         /* positions count months of the era, not days */
	int32_t *at;         /* chart.points of them */
	int32_t first, last; /* smallest and largest */
	int32_t step;        /* smallest distance between neighbours, at least 1 */
};

struct time_tick {
	int32_t at;
	char text[DAY_TEXT];
};

/* The positions of the chart's labels; NULL unless all of them are days, or all months. */
struct time_axis *time_axis_new(const void *parent, const struct chart *c);
/* Ticks on round days, months or years so that at most most "2011-03-04" stand side by side; their number. */
size_t time_ticks(const struct time_axis *a, int most, struct time_tick ticks[TIME_TICKS_MAX]);

#endif
