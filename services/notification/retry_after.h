/*
 * retry_after.h - how long the other side asks us to wait (RFC 9110, section 10.2.3)
 */
#ifndef AE_NOTIFICATION_RETRY_AFTER_H
#define AE_NOTIFICATION_RETRY_AFTER_H

#include "common/clock.h"

/*
 * Reads Retry-After, seconds or an HTTP date, out of raw header lines; of several the last counts.
 * The wait is held between a second and a day. False: there is none that can be read.
 */
bool retry_after_read(const char *raw_headers, instant now, int64_t *microseconds);

#endif
