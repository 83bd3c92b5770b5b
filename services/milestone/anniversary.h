/*
 * anniversary.h - on which day something comes round again
 *
 * Counted from the first day, not from the last one, so that the 31st stays the 31st; the 29th of February is
 * kept on the 28th in years that have none.
 */
#ifndef AE_MILESTONE_ANNIVERSARY_H
#define AE_MILESTONE_ANNIVERSARY_H

#include "services/milestone/definition.h"

/* The day of the n-th; of a birthday n is the year. */
day anniversary_day(const struct milestone *of, day base, int n);
/* The first that is not before the day, and not the first day itself. */
int anniversary_next(const struct milestone *of, day base, day from);
/* "y3", "m27", or a birthday's year; under parent. */
const char *anniversary_name(const void *parent, const struct milestone *of, int n);

#endif
