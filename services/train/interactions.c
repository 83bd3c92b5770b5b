/*
 * interactions.c - who took what, and when, out of a CSV file
 */
#include "services/train/interactions.h"
#include "services/train/moment.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/csv.h"
#include "common/progress.h"

enum column {
	MEMBER,
	ITEM,
	TIME,
	VALUE,
	COLUMNS
};

struct reader {
	const struct interactions_source *source;
	struct interactions *log;
	struct csv *csv;
	const char *names[COLUMNS];
	size_t index[COLUMNS];
	bool valued; /* the file has values */
	size_t room;
	const char *error;
};

static bool fault(struct reader *r, enum column c, const char *what, const char *text)
{
	r->error = talloc_asprintf(r->log, "%s:%zu: column %s: %s: \"%.60s\"", r->source->path,
				   csv_line(r->csv), r->names[c], what, text);
	return false;
}

/* The header's columns by name; how often each is there. */
static bool header_read(struct reader *r)
{
	size_t width, i, found[COLUMNS] = {0};
	const char *const *fields;
	int c, got = csv_next(r->csv, &fields, &width);

	if (got <= 0) {
		r->error = got < 0 ? csv_error(r->csv)
				   : talloc_asprintf(r->log, "%s: there is no header line", r->source->path);
		return false;
	}
	for (c = 0; c < COLUMNS; c++) {
		for (i = 0; i < width; i++)
			if (strcmp(fields[i], r->names[c]) == 0 && found[c]++ == 0)
				r->index[c] = i;
		if (found[c] > 1 || (found[c] == 0 && c != VALUE)) {
			r->error = talloc_asprintf(r->log, "%s:1: there %s \"%s\"", r->source->path,
						   found[c] ? "is more than one column" : "is no column",
						   r->names[c]);
			return false;
		}
	}
	r->valued = found[VALUE] == 1;
	return true;
}

/* Whether the row counts; an empty value says nothing against it. */
static bool value_read(struct reader *r, const char *text, bool *counts)
{
	double value, least = r->source->least;
	char *end;

	*counts = true;
	if (!*text)
		return true;
	errno = 0;
	value = strtod(text, &end);
	if (end == text || *end || errno == ERANGE || strpbrk(text, "xX"))
		return fault(r, VALUE, "not a number", text);
	if (!isfinite(value))
		return fault(r, VALUE, "not a finite number", text);
	*counts = isnan(least) ? value > 0 : value >= least;
	return true;
}

static bool row_keep(struct reader *r, const char *const *fields, instant at)
{
	struct interactions *log = r->log;

	if (log->count == r->room) {
		r->room = r->room ? r->room * 2 : 4096;
		/* Sorting needs them twice. */
		if (r->room * 2 * sizeof(*log->rows) > (size_t)r->source->memory) {
			r->error = talloc_asprintf(log, "%s: more than %zu rows do not fit into --memory",
						   r->source->path, log->count);
			return false;
		}
		log->rows = talloc_realloc(log, log->rows, struct interaction, r->room);
	}
	log->rows[log->count++] = (struct interaction){
		.member = names_index(log->members, fields[r->index[MEMBER]]),
		.item = names_index(log->items, fields[r->index[ITEM]]),
		.at = at};
	return true;
}

static bool row_read(struct reader *r, const char *const *fields, size_t width)
{
	struct interactions *log = r->log;
	bool counts = true;
	instant at;
	int c;

	log->lines++;
	for (c = 0; c < COLUMNS - !r->valued; c++)
		if (r->index[c] >= width)
			return fault(r, (enum column)c, "missing, since the line ends before it", "");
	if (!*fields[r->index[MEMBER]] || !*fields[r->index[ITEM]]) {
		log->nameless++;
		return true;
	}
	if (!moment_parse(fields[r->index[TIME]], &at))
		return fault(r, TIME, "neither a date nor a time", fields[r->index[TIME]]);
	if (r->valued && !value_read(r, fields[r->index[VALUE]], &counts))
		return false;
	if (!counts) {
		log->below++;
		return true;
	}
	return row_keep(r, fields, at);
}

static bool rows_read(struct reader *r)
{
	const char *const *fields;
	struct progress *p = NULL;
	size_t width, done, total;
	int got;

	csv_progress(r->csv, &done, &total);
	p = progress_new(r->log, "reading", "bytes", (int64_t)total);
	while ((got = csv_next(r->csv, &fields, &width)) == 1) {
		if (!row_read(r, fields, width))
			return false;
		if (r->log->lines % 1024 == 0) {
			csv_progress(r->csv, &done, &total);
			progress_at(p, (int64_t)done);
		}
	}
	progress_at(p, (int64_t)total);
	progress_end(p);
	if (got < 0)
		r->error = csv_error(r->csv);
	return got == 0;
}

static int by_time(const void *a, const void *b)
{
	const struct interaction *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

/* Member by member: a radix pass, then each one's few by time. */
static void rows_sort(struct interactions *log)
{
	size_t members = (size_t)names_count(log->members), i, *next;
	struct interaction *sorted = talloc_array(log, struct interaction, log->count);

	log->begins = talloc_zero_array(log, size_t, members + 1);
	for (i = 0; i < log->count; i++)
		log->begins[log->rows[i].member + 1]++;
	for (i = 0; i < members; i++)
		log->begins[i + 1] += log->begins[i];
	next = talloc_memdup(log, log->begins, (members + 1) * sizeof(*next));
	for (i = 0; i < log->count; i++)
		sorted[next[log->rows[i].member]++] = log->rows[i];
	talloc_free(next);
	talloc_free(log->rows);
	log->rows = sorted;
	for (i = 0; i < members; i++)
		qsort(sorted + log->begins[i], log->begins[i + 1] - log->begins[i], sizeof(*sorted), by_time);
}

/* The same member, item and time twice is one row: two lines of a receipt. */
static void doubles_drop(struct interactions *log)
{
	size_t members = (size_t)names_count(log->members), m, i, begin = 0, kept = 0;

	for (m = 0; m < members; m++) {
		size_t end = log->begins[m + 1], first = kept;

		for (i = begin; i < end; i++)
			if (kept == first || by_time(&log->rows[kept - 1], &log->rows[i]) != 0)
				log->rows[kept++] = log->rows[i];
		begin = end;
		log->begins[m + 1] = kept;
	}
	log->doubles = (int64_t)(log->count - kept);
	log->count = kept;
}

static void span_find(struct interactions *log)
{
	size_t i;

	log->first = INSTANT_MAX;
	log->last = INSTANT_MIN;
	for (i = 0; i < log->count; i++) {
		if (log->rows[i].at < log->first)
			log->first = log->rows[i].at;
		if (log->rows[i].at > log->last)
			log->last = log->rows[i].at;
	}
}

struct interactions *interactions_read(const void *parent, const struct interactions_source *source,
				       const char **error)
{
	struct interactions *log = talloc_zero(parent, struct interactions);
	struct reader r = {.source = source,
			   .log = log,
			   .names = {source->member, source->item, source->time, source->value},
			   .csv = csv_open(log, source->path, error)};

	log->members = names_new(log);
	log->items = names_new(log);
	if (!r.csv)
		return NULL;
	if (!header_read(&r) || !rows_read(&r)) {
		*error = r.error;
		return NULL;
	}
	if (log->count == 0) {
		*error = talloc_asprintf(parent, "%s: there is no row that counts", source->path);
		return NULL;
	}
	rows_sort(log);
	doubles_drop(log);
	span_find(log);
	return log;
}
