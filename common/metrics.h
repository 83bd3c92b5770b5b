/*
 * metrics.h - counters, gauges and latency histograms, in Prometheus' text format
 *
 * Families are static rows; series appear when first used. Bounded: at most METRICS_SERIES_MAX
 * label values per family, the rest is counted under "other".
 */
#ifndef AE_METRICS_H
#define AE_METRICS_H

#include <stddef.h>
#include <stdint.h>

enum {
	METRICS_SERIES_MAX = 256
};

struct metrics;
struct metric;

struct metrics *metrics_new(const void *parent, const char *service, const char *instance);
/* Registers a family once and returns it; label NULL = a single series. help is one sentence. */
struct metric *metrics_counter(struct metrics *m, const char *name, const char *help, const char *label);
struct metric *metrics_gauge(struct metrics *m, const char *name, const char *help, const char *label);
/* Seconds, buckets 0.5 ms to 10 s. */
struct metric *metrics_histogram(struct metrics *m, const char *name, const char *help, const char *label);

void metric_add(struct metric *f, const char *label_value, double amount);      /* counter */
void metric_set(struct metric *f, const char *label_value, double value);       /* gauge */
void metric_observe(struct metric *f, const char *label_value, double seconds); /* histogram */

/* The exposition text under parent (version 0.0.4). Each series carries service and instance. */
char *metrics_text(const void *parent, const struct metrics *m, size_t *length);

#endif
