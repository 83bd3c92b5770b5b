/*
 * tzif.h - a time zone's file (RFC 9636, version 2 and later): its changes and its rule
 */
#ifndef AE_TZIF_H
#define AE_TZIF_H

#include <stddef.h>

#include "common/tz_rule.h"

struct tzif {
	size_t count;           /* of changes */
	const int64_t *changes; /* UTC seconds, ascending */
	const int32_t *offsets; /* count + 1: before the first change, and from each on */
	bool ruled;             /* rule holds from the last change on */
	struct tz_rule rule;
};

/* The 64-bit data and the last line's rule; NULL if the bytes are damaged or count leap seconds. */
struct tzif *tzif_decode(const void *parent, const unsigned char *bytes, size_t length);

#endif
