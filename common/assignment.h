/*
 * assignment.h - who is in which arm, by a hash of a seed and an id alone
 *
 * Nothing is stored, so every daemon says the same of an id at any time. The hash is version 2 of
 * GrowthBook's, whose analysis tools can therefore read our assignments. Draws with different seeds are
 * independent of each other: an experiment's seed is its name, and the permanent holdout
 * (analytics.engagement_share) is a draw by another hash, so that experiments run among those whom it leaves
 * without knowing of it.
 */
#ifndef AE_ASSIGNMENT_H
#define AE_ASSIGNMENT_H

#include <stddef.h>

enum {
	ASSIGNMENT_BUCKETS = 10000
};

/* 0 .. ASSIGNMENT_BUCKETS - 1 */
int assignment_bucket(const char *seed, const char *id);

/*
 * The arm of a bucket. Each arm begins where the weights before it end and takes `coverage` of its own part,
 * so that a coverage that grows takes nobody out of an arm. -1: the bucket is in no arm.
 */
int assignment_arm(int bucket, double coverage, const double *weights, size_t count);

#endif
