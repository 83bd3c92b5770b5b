/*
 * window.c - counts over a sliding stretch of time (see window.h)
 */
#include "services/notification/window.h"

static int64_t slice_of(int64_t span, instant now)
{
	int64_t width = span / WINDOW_SLICES > 0 ? span / WINDOW_SLICES : 1;

	return now > 0 ? now / width : 0;
}

void window_add(struct window *w, int64_t span, instant now, int first, int second)
{
	int64_t slice = slice_of(span, now);
	int i = (int)(slice % WINDOW_SLICES);

	if (w->slice[i] != slice) {
		w->slice[i] = slice;
		w->first[i] = w->second[i] = 0;
	}
	w->first[i] += first;
	w->second[i] += second;
}

/* Slices of the future count as well old: after a clock was put back they are of no known time. */
struct window_sums window_sums(const struct window *w, int64_t span, instant now)
{
	int64_t slice = slice_of(span, now);
	struct window_sums sums = {0, 0};
	int i;

	for (i = 0; i < WINDOW_SLICES; i++)
		if (w->slice[i] <= slice && w->slice[i] > slice - WINDOW_SLICES) {
			sums.first += w->first[i];
			sums.second += w->second[i];
		}
	return sums;
}
