/*
 * ab_read.c - the units of an experiment from a CSV file (see ab.h)
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/csv.h"
#include "common/names.h"
#include "services/train/ab.h"
#include "services/train/cell.h"

#define ABSENT SIZE_MAX

struct reader {
	struct ab_table *t;
	const struct ab_options *o;
	struct csv *csv;
	const char *error;
	struct names *arms;
	size_t arm, day, value[AB_METRICS_MAX], before[AB_METRICS_MAX], width, room;
};

static int table_free(struct ab_table *t)
{
	free(t->rows);
	free(t->values);
	return 0;
}

static bool fault(struct reader *r, const char *column, const char *what, const char *cell)
{
	r->error = talloc_asprintf(r->t, "%s:%zu: column %s wants %s, not '%.40s'", r->o->path,
				   csv_line(r->csv), column, what, cell);
	return false;
}

static size_t find(const char *const *fields, size_t width, const char *name)
{
	size_t i;

	for (i = 0; i < width; i++)
		if (strcmp(fields[i], name) == 0)
			return i;
	return ABSENT;
}

/* A metric's past stands in NAME_pre; that of "value" may be called pre. */
static size_t find_before(const char *const *fields, size_t width, const char *metric)
{
	char *name = talloc_asprintf(NULL, "%s_pre", metric);
	size_t at = find(fields, width, name);

	talloc_free(name);
	return at == ABSENT && strcmp(metric, "value") == 0 ? find(fields, width, "pre") : at;
}

static bool read_header(struct reader *r)
{
	const char *const *fields;
	char *list = talloc_strdup(r->t, r->o->metrics), *rest = NULL, *word;
	size_t m;

	if (csv_next(r->csv, &fields, &r->width) <= 0) {
		r->error = csv_error(r->csv)[0] ? csv_error(r->csv)
						: talloc_asprintf(r->t, "%s: the file is empty", r->o->path);
		return false;
	}
	r->arm = find(fields, r->width, r->o->arm);
	r->day = find(fields, r->width, "day");
	r->t->has_day = r->day != ABSENT;
	for (word = strtok_r(list, ",", &rest); word && r->t->metrics < AB_METRICS_MAX;
	     word = strtok_r(NULL, ",", &rest)) {
		m = r->t->metrics++;
		r->t->metric_names[m] = word;
		r->value[m] = find(fields, r->width, word);
		r->before[m] = find_before(fields, r->width, word);
		r->t->has_before[m] = r->before[m] != ABSENT;
		if (r->value[m] == ABSENT)
			r->error = talloc_asprintf(r->t, "%s:1: there is no column \"%s\"", r->o->path, word);
	}
	if (r->arm == ABSENT)
		r->error = talloc_asprintf(r->t, "%s:1: there is no column \"%s\"", r->o->path, r->o->arm);
	return r->error == NULL;
}

static void make_room(struct reader *r)
{
	if (r->t->count < r->room)
		return;
	r->room = r->room ? r->room * 2 : 4096;
	r->t->rows = realloc(r->t->rows, r->room * sizeof(*r->t->rows));
	r->t->values = realloc(r->t->values, r->room * 2 * r->t->metrics * sizeof(double));
	if (!r->t->rows || !r->t->values)
		abort(); /* out of memory */
}

static bool read_row(struct reader *r, const char *const *fields)
{
	struct ab_row row = {0};
	double *values;
	size_t m;

	make_room(r);
	values = r->t->values + r->t->count * 2 * r->t->metrics;
	for (m = 0; m < r->t->metrics; m++) {
		if (!cell_number(fields[r->value[m]], &values[m]))
			return fault(r, r->t->metric_names[m], "a finite number", fields[r->value[m]]);
		values[r->t->metrics + m] = 0;
		if (r->before[m] != ABSENT && !cell_number(fields[r->before[m]], &values[r->t->metrics + m]))
			return fault(r, talloc_asprintf(r->t, "%s_pre", r->t->metric_names[m]),
				     "a finite number", fields[r->before[m]]);
	}
	if (r->day != ABSENT && !cell_day(fields[r->day], &row.day)) {
		double number;

		if (!cell_number(fields[r->day], &number) || number < 0 || number > INT32_MAX)
			return fault(r, "day", "a day like 2026-11-23, or its number", fields[r->day]);
		row.day = (day)number;
	}
	if (!fields[r->arm][0])
		return fault(r, r->o->arm, "a name", "");
	row.at = r->t->count;
	row.arm = names_index(r->arms, fields[r->arm]);
	if (names_count(r->arms) > AB_ARMS_MAX)
		return fault(r, r->o->arm, "16 different names at most", fields[r->arm]);
	r->t->rows[r->t->count++] = row;
	return true;
}

static bool read_rows(struct reader *r)
{
	const char *const *fields;
	size_t width;
	int got;

	while ((got = csv_next(r->csv, &fields, &width)) > 0) {
		if (width != r->width) {
			r->error = talloc_asprintf(r->t, "%s:%zu: %zu fields, where the header has %zu",
						   r->o->path, csv_line(r->csv), width, r->width);
			return false;
		}
		if (!read_row(r, fields))
			return false;
	}
	if (got < 0)
		r->error = csv_error(r->csv);
	else if (names_count(r->arms) < 2)
		r->error = talloc_asprintf(r->t, "%s: there are fewer than two arms", r->o->path);
	return r->error == NULL;
}

/* The arm that others are compared with: the one asked for, or "control", or the first in the alphabet. */
static int32_t control_of(struct reader *r)
{
	int32_t i, first = 0, count = names_count(r->arms);

	for (i = 0; i < count; i++) {
		const char *name = names_text(r->arms, i);

		if (strcmp(name, r->o->control ? r->o->control : "control") == 0)
			return i;
		if (strcmp(name, names_text(r->arms, first)) < 0)
			first = i;
	}
	if (r->o->control)
		r->error = talloc_asprintf(r->t, "%s: there is no arm '%s'", r->o->path, r->o->control);
	return first;
}

/* The control becomes arm 0; the one that was it takes its place. */
static void number_arms(struct reader *r, int32_t control)
{
	size_t i;

	r->t->arms = (size_t)names_count(r->arms);
	for (i = 0; i < r->t->arms; i++)
		r->t->arm_names[i] = names_text(r->arms, (int32_t)i);
	r->t->arm_names[0] = names_text(r->arms, control);
	r->t->arm_names[control] = names_text(r->arms, 0);
	for (i = 0; i < r->t->count; i++) {
		int32_t arm = r->t->rows[i].arm;

		r->t->rows[i].arm = arm == control ? 0 : arm == 0 ? control : arm;
	}
}

static int row_order(const void *a, const void *b)
{
	const struct ab_row *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

struct ab_table *ab_read(const void *parent, const struct ab_options *o, const char **error)
{
	struct ab_table *t = talloc_zero(parent, struct ab_table);
	struct reader r = {.t = t, .o = o};
	int32_t control = 0;

	talloc_set_destructor(t, table_free);
	r.arms = names_new(t);
	r.csv = csv_open(t, o->path, &r.error);
	if (r.csv && read_header(&r) && read_rows(&r))
		control = control_of(&r);
	if (r.error) {
		*error = talloc_strdup(parent, r.error);
		talloc_free(t);
		return NULL;
	}
	number_arms(&r, control);
	qsort(t->rows, t->count, sizeof(*t->rows), row_order);
	return t;
}
