/*
 * top.h - the best few of many scores
 */
#ifndef AE_LEARN_TOP_H
#define AE_LEARN_TOP_H

#include <stddef.h>
#include <stdint.h>

/* Indexes of the `most` greatest scores, best first; equal ones by index. What scores -INFINITY or NaN is not
 * among them. Returns how many. */
int32_t top_select(const float *scores, int32_t count, int32_t most, int32_t *out);

#endif
