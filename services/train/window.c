/*
 * window.c - the moments between what is known and what is wanted
 */
#include "services/train/history.h"

#include <talloc.h>

static struct window *window_new(const void *parent, const struct interactions *log)
{
	struct window *w = talloc_zero(parent, struct window);

	w->from = talloc_array(w, instant, (size_t)names_count(log->members));
	w->until = talloc_array(w, instant, (size_t)names_count(log->members));
	return w;
}

struct window *window_at(const void *parent, const struct interactions *log, instant from, instant until)
{
	struct window *w = window_new(parent, log);
	int32_t m;

	w->now = from;
	for (m = 0; m < names_count(log->members); m++) {
		w->from[m] = from;
		w->until[m] = until;
	}
	return w;
}

/* Where the last basket before `end` begins. */
static size_t basket_begin(const struct interactions *log, size_t begin, size_t end)
{
	instant at = log->rows[end - 1].at;

	while (end > begin && log->rows[end - 1].at == at)
		end--;
	return end;
}

/* A member's first basket is never wanted, since nothing would be known before it. */
struct window *window_last(const void *parent, const struct interactions *log, int skipped)
{
	struct window *w = window_new(parent, log);
	int32_t m;
	int k;

	w->now = log->last + 1;
	for (m = 0; m < names_count(log->members); m++) {
		size_t begin = log->begins[m], end = log->begins[m + 1];

		w->from[m] = w->until[m] = INSTANT_MAX;
		for (k = 0; k <= skipped; k++) {
			size_t start = end > begin ? basket_begin(log, begin, end) : begin;

			w->until[m] = w->from[m];
			if (start == begin)
				break;
			w->from[m] = log->rows[start].at;
			end = start;
		}
	}
	return w;
}
