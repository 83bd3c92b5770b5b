/*
 * assignment.c - who is in which arm, by a hash of a seed and an id alone
 */
#include "common/assignment.h"

#include <stdint.h>
#include <stdio.h>

#define FNV_OFFSET UINT32_C(2166136261)
#define FNV_PRIME  UINT32_C(16777619)

static uint32_t fnv1a(uint32_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
	return hash;
}

/* The first hash is hashed once more as decimal digits: of FNV alone, similar ids have similar remainders. */
int assignment_bucket(const char *seed, const char *id)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%u", (unsigned)fnv1a(fnv1a(FNV_OFFSET, seed), id));
	return (int)(fnv1a(FNV_OFFSET, digits) % ASSIGNMENT_BUCKETS);
}

int assignment_arm(int bucket, double coverage, const double *weights, size_t count)
{
	double place = (double)bucket / ASSIGNMENT_BUCKETS, from = 0;
	size_t i;

	for (i = 0; i < count; from += weights[i++])
		if (place >= from && place < from + coverage * weights[i])
			return (int)i;
	return -1;
}
