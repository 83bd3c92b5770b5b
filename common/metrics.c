/*
 * metrics.c - families of series, found by hash and printed for Prometheus
 *
 * A request touches several series, so finding one is a hash and a comparison and nothing is
 * allocated after a series' first use. Buckets are counted apart and added up when printed.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/metrics.h"

/* The slots are twice the series that can be, so that a probe always ends at an empty one. */
enum {
	SLOTS = 1024,
	BUCKETS = 14
};

#define OTHER "other"

static const double bounds[BUCKETS] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
				       0.1,    0.25,  0.5,    1,     2.5,  5,     10};

enum metric_kind {
	METRIC_COUNTER,
	METRIC_GAUGE,
	METRIC_HISTOGRAM
};

static const char *const kind_names[] = {"counter", "gauge", "histogram"};

struct series {
	struct series *next; /* in order of appearance */
	const char *label_value;
	uint32_t hash;
	double value;       /* counter, gauge; a histogram's sum */
	uint64_t *observed; /* a histogram's BUCKETS + 1 counts, the last beyond every bound */
};

struct metric {
	struct metric *next;
	const char *name, *help, *label;
	enum metric_kind kind;
	size_t count;
	struct series *first, **last;
	struct series **slots; /* NULL without a label: then first is the only one */
};

struct metrics {
	const char *service, *instance;
	struct metric *first, **last;
};

struct metrics *metrics_new(const void *parent, const char *service, const char *instance)
{
	struct metrics *m = talloc_zero(parent, struct metrics);

	m->service = talloc_strdup(m, service);
	m->instance = talloc_strdup(m, instance);
	m->last = &m->first;
	return m;
}

static struct series *series_new(struct metric *f, const char *label_value, uint32_t hash)
{
	struct series *s = talloc_zero(f, struct series);

	s->label_value = label_value ? talloc_strdup(s, label_value) : NULL;
	s->hash = hash;
	if (f->kind == METRIC_HISTOGRAM)
		s->observed = talloc_zero_array(s, uint64_t, BUCKETS + 1);
	*f->last = s;
	f->last = &s->next;
	f->count++;
	return s;
}

static struct metric *family(struct metrics *m, enum metric_kind kind, const char *name, const char *help,
			     const char *label)
{
	struct metric *f;

	for (f = m->first; f; f = f->next)
		if (strcmp(f->name, name) == 0) {
			if (f->kind != kind)
				abort(); /* one name for two kinds: a mistake in the program, not input */
			return f;
		}
	f = talloc_zero(m, struct metric);
	f->kind = kind;
	f->name = talloc_strdup(f, name);
	f->help = talloc_strdup(f, help);
	f->label = label ? talloc_strdup(f, label) : NULL;
	f->last = &f->first;
	if (label)
		f->slots = talloc_zero_array(f, struct series *, SLOTS);
	else
		series_new(f, NULL, 0); /* shown as 0 from the start */
	*m->last = f;
	m->last = &f->next;
	return f;
}

struct metric *metrics_counter(struct metrics *m, const char *name, const char *help, const char *label)
{
	return family(m, METRIC_COUNTER, name, help, label);
}

struct metric *metrics_gauge(struct metrics *m, const char *name, const char *help, const char *label)
{
	return family(m, METRIC_GAUGE, name, help, label);
}

struct metric *metrics_histogram(struct metrics *m, const char *name, const char *help, const char *label)
{
	return family(m, METRIC_HISTOGRAM, name, help, label);
}

/* FNV-1a. */
static uint32_t text_hash(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

/* The slot that holds the label value or, empty, would. */
static struct series **slot_find(struct metric *f, const char *label_value, uint32_t hash)
{
	uint32_t i = hash % SLOTS;

	while (f->slots[i] &&
	       (f->slots[i]->hash != hash || strcmp(f->slots[i]->label_value, label_value) != 0))
		i = (i + 1) % SLOTS;
	return &f->slots[i];
}

static struct series *series_find(struct metric *f, const char *label_value)
{
	struct series **slot;
	uint32_t hash;

	if (f->slots == NULL)
		return f->first;
	if (label_value == NULL)
		label_value = "";
	hash = text_hash(label_value);
	slot = slot_find(f, label_value, hash);
	if (*slot == NULL && f->count >= METRICS_SERIES_MAX) {
		label_value = OTHER;
		hash = text_hash(OTHER);
		slot = slot_find(f, OTHER, hash);
	}
	if (*slot == NULL)
		*slot = series_new(f, label_value, hash);
	return *slot;
}

void metric_add(struct metric *f, const char *label_value, double amount)
{
	if (amount >= 0) /* a counter never falls, nor does it become NaN */
		series_find(f, label_value)->value += amount;
}

void metric_set(struct metric *f, const char *label_value, double value)
{
	series_find(f, label_value)->value = value;
}

void metric_observe(struct metric *f, const char *label_value, double seconds)
{
	struct series *s = series_find(f, label_value);
	size_t i = 0;

	if (s->observed == NULL || isnan(seconds))
		return;
	while (i < BUCKETS && seconds > bounds[i])
		i++;
	s->observed[i]++;
	s->value += seconds;
}

/* Backslash and newline everywhere, the quote only inside a label value. */
static void put_escaped(FILE *out, const char *text, bool quoted)
{
	for (; *text; text++)
		if (*text == '\n')
			fputs("\\n", out);
		else {
			if (*text == '\\' || (quoted && *text == '"'))
				putc('\\', out);
			putc(*text, out);
		}
}

static void put_label(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s=\"", name);
	put_escaped(out, value, true);
	putc('"', out);
}

/* "name_suffix{service=...,instance=...,label=...,le=...} ", le NULL for none. */
static void put_series(FILE *out, const struct metrics *m, const struct metric *f, const struct series *s,
		       const char *suffix, const char *le)
{
	fprintf(out, "%s%s{", f->name, suffix);
	put_label(out, "service", m->service);
	putc(',', out);
	put_label(out, "instance", m->instance);
	if (f->label) {
		putc(',', out);
		put_label(out, f->label, s->label_value);
	}
	if (le) {
		putc(',', out);
		put_label(out, "le", le);
	}
	fputs("} ", out);
}

static void put_value(FILE *out, double value)
{
	if (isnan(value))
		fputs("NaN\n", out);
	else if (isinf(value))
		fputs(value > 0 ? "+Inf\n" : "-Inf\n", out);
	else if (value == floor(value) && fabs(value) < 1e15)
		fprintf(out, "%.0f\n", value);
	else
		fprintf(out, "%.17g\n", value);
}

static void put_histogram(FILE *out, const struct metrics *m, const struct metric *f, const struct series *s)
{
	uint64_t total = 0;
	char le[32];
	size_t i;

	for (i = 0; i <= BUCKETS; i++) {
		total += s->observed[i];
		if (i < BUCKETS)
			snprintf(le, sizeof(le), "%g", bounds[i]);
		put_series(out, m, f, s, "_bucket", i < BUCKETS ? le : "+Inf");
		fprintf(out, "%" PRIu64 "\n", total);
	}
	put_series(out, m, f, s, "_sum", NULL);
	put_value(out, s->value);
	put_series(out, m, f, s, "_count", NULL);
	fprintf(out, "%" PRIu64 "\n", total);
}

static void put_family(FILE *out, const struct metrics *m, const struct metric *f)
{
	const struct series *s;

	fprintf(out, "# HELP %s ", f->name);
	put_escaped(out, f->help, false);
	fprintf(out, "\n# TYPE %s %s\n", f->name, kind_names[f->kind]);
	for (s = f->first; s; s = s->next)
		if (f->kind == METRIC_HISTOGRAM)
			put_histogram(out, m, f, s);
		else {
			put_series(out, m, f, s, "", NULL);
			put_value(out, s->value);
		}
}

char *metrics_text(const void *parent, const struct metrics *m, size_t *length)
{
	const struct metric *f;
	char *text = NULL, *copy;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		abort();
	for (f = m->first; f; f = f->next)
		put_family(out, m, f);
	if (fclose(out) != 0)
		abort();
	copy = talloc_strndup(parent, text, size);
	free(text);
	if (length)
		*length = size;
	return copy;
}
