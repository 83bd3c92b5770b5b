/*
 * tz.h - what time it is where the member lives
 *
 * Reads TZif files (RFC 9636, version 2 and later, footer rule included) from the system's
 * tzdata. localtime_r would need the process-wide TZ variable; this does not. Zones are read
 * once and kept for the life of the process.
 */
#ifndef AE_TZ_H
#define AE_TZ_H

#include "common/clock.h"

struct tz;

/* The zone of that IANA name ("Europe/London"); NULL if unknown or malformed (also "../x", "/x", ""). */
const struct tz *tz_find(const char *name);
const struct tz *tz_utc(void);
const char *tz_name(const struct tz *zone);

int32_t tz_offset(const struct tz *zone, instant t); /* seconds east of UTC in force at t */
day tz_day(const struct tz *zone, instant t);        /* the local calendar day at t */
int tz_hour(const struct tz *zone, instant t);       /* local hour 0-23 */
instant tz_day_start(const struct tz *zone,
		     day d); /* first instant of that local day, also where midnight is skipped */
/* A local wall time (seconds since 1970-01-01T00:00 local) as an instant: in a gap the later, in an overlap
 * the earlier. */
instant tz_from_local(const struct tz *zone, int64_t local_seconds);

#endif
