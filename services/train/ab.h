/*
 * ab.h - what the files of ae-train ab share
 */
#ifndef AE_TRAIN_AB_H
#define AE_TRAIN_AB_H

#include <stdint.h>

#include "common/clock.h"
#include "common/stats.h"
#include "services/train/report.h"

enum {
	AB_ARMS_MAX = 16,
	AB_METRICS_MAX = 32
};

/* One unit of the experiment: a member, once. */
struct ab_row {
	int32_t arm;
	day day;   /* 0 without that column */
	size_t at; /* its place among the values */
};

struct ab_table {
	struct ab_row *rows; /* by day */
	size_t count, arms, metrics;
	const char *arm_names[AB_ARMS_MAX]; /* the control first */
	const char *metric_names[AB_METRICS_MAX];
	bool has_before[AB_METRICS_MAX], has_day;
	double *values; /* metrics of a row side by side, then what they were before */
};

struct ab_options {
	const char *path, *arm, *metrics, *control, *shares;
	double alpha, prior_sd; /* 0: a twentieth of the standard deviation */
	int64_t planned;        /* units; 0: those that there are */
};

/* ab_read.c: NULL, and *error names file, line and column. */
struct ab_table *ab_read(const void *parent, const struct ab_options *o, const char **error);

/* ab_compare.c: an arm with the control in one metric, all looks taken together. False: *error. */
struct ab_comparison {
	double mean[2], difference, error; /* arm minus control, without CUPED */
	double lift, lift_error;
	double t, freedom, welch_p;
	double cuped, cuped_error, cuped_p, theta;
	double low, high;          /* of the confidence sequence at the last look */
	double sequence_p, sprt_p; /* the least of all looks */
	size_t looks;
};
bool ab_compare(const struct ab_table *t, const struct ab_options *o, size_t arm, size_t metric,
		struct ab_comparison *out, const char **error);

#endif
