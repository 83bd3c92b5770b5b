/*
 * progress.c - a bar on the terminal for work that takes a while
 */
#include "common/progress.h"
#include "common/clock.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

enum {
	BAR_WIDTH = 24,
	DRAW_EVERY = 100000,
	ASK_EVERY = 16
};

struct progress {
	const char *label, *unit;
	int64_t total, done;
	int64_t began, drawn; /* monotonic microseconds */
	unsigned calls;       /* the clock is asked only now and then */
	bool shown;
};

struct progress *progress_new(const void *parent, const char *label, const char *unit, int64_t total)
{
	struct progress *p = talloc_zero(parent, struct progress);
	const char *forced = getenv("AE_PROGRESS");

	p->label = label;
	p->unit = unit;
	p->total = total;
	p->began = p->drawn = clock_monotonic();
	p->shown = forced && *forced ? strcmp(forced, "0") != 0 : isatty(STDERR_FILENO);
	return p;
}

/* "1:05:09", "5:09": how long the rest takes at the rate so far. */
static void print_remaining(const struct progress *p, double rate)
{
	int64_t left = rate > 0 && p->total > p->done ? (int64_t)((double)(p->total - p->done) / rate) : 0;

	if (left >= 3600)
		fprintf(stderr, " %" PRId64 ":%02d:%02d left", left / 3600, (int)(left / 60 % 60),
			(int)(left % 60));
	else
		fprintf(stderr, " %d:%02d left", (int)(left / 60), (int)(left % 60));
}

static void print_bar(const struct progress *p)
{
	int64_t done = p->done < p->total ? p->done : p->total;
	int filled = (int)((double)done / (double)p->total * BAR_WIDTH), i;

	fputs(" [", stderr);
	for (i = 0; i < BAR_WIDTH; i++)
		fputc(i < filled ? '#' : '.', stderr);
	fprintf(stderr, "] %3d%%", (int)(100.0 * (double)done / (double)p->total));
}

static void draw(struct progress *p)
{
	double seconds = (double)(clock_monotonic() - p->began) / 1e6;
	double rate = seconds > 0 ? (double)p->done / seconds : 0;

	fprintf(stderr, "\r%s", p->label);
	if (p->total > 0)
		print_bar(p);
	fprintf(stderr, " %" PRId64 " %s, %.0f/s", p->done, p->unit, rate);
	if (p->total > 0)
		print_remaining(p, rate);
	fputs("\033[K", stderr);
	fflush(stderr);
}

void progress_at(struct progress *p, int64_t done)
{
	int64_t now;

	p->done = done;
	if (!p->shown || p->calls++ % ASK_EVERY != 0)
		return;
	now = clock_monotonic();
	if (now - p->drawn < DRAW_EVERY)
		return;
	p->drawn = now;
	draw(p);
}

void progress_end(struct progress *p)
{
	if (!p->shown)
		return;
	draw(p);
	fputc('\n', stderr);
	p->shown = false;
}
