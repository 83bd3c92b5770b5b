/*
 * progress.h - a bar on the terminal for work that takes a while
 *
 * Shown on stderr only when that is a terminal, or when AE_PROGRESS=1; silent everywhere else,
 * so callers need not ask.
 */
#ifndef AE_PROGRESS_H
#define AE_PROGRESS_H

#include <stdint.h>

struct progress;

/* total 0 = not known: then only count and rate are shown. label and unit are kept by reference. */
struct progress *progress_new(const void *parent, const char *label, const char *unit, int64_t total);
/* Cheap enough for every item: draws at most ten times a second. */
void progress_at(struct progress *p, int64_t done);
/* The last picture and a line end; the object stays until its parent goes. */
void progress_end(struct progress *p);

#endif
