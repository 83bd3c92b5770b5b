/*
 * anniversary.c - days that come round again (see anniversary.h)
 */
#include <talloc.h>

#include "services/milestone/anniversary.h"

static int year_of(day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	return year;
}

day anniversary_day(const struct milestone *of, day base, int n)
{
	if (of->kind == KIND_BIRTHDAY)
		return day_add_months(base, 12 * (n - year_of(base)));
	return day_add_months(base, of->anniversary == PERIOD_YEAR ? 12 * n : n);
}

int anniversary_next(const struct milestone *of, day base, day from)
{
	int n = 1;

	if (of->kind == KIND_BIRTHDAY)
		n = year_of(from) > year_of(base) ? year_of(from) : year_of(base) + 1;
	else if (from > base)
		n = (int)((from - base) / (of->anniversary == PERIOD_YEAR ? 366 : 31));
	n = n > 1 ? n : 1;
	while (anniversary_day(of, base, n) < from)
		n++;
	return n;
}

const char *anniversary_name(const void *parent, const struct milestone *of, int n)
{
	if (of->kind == KIND_BIRTHDAY)
		return talloc_asprintf(parent, "%d", n);
	return talloc_asprintf(parent, "%c%d", of->anniversary == PERIOD_YEAR ? 'y' : 'm', n);
}
