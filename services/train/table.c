/*
 * table.c - a CSV file of rows to learn from, as numbers (see table.h)
 *
 * Read twice: what a column is, is known only at its end, and a file may be larger than memory has room for
 * as text.
 */
#include "services/train/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "common/csv.h"
#include "common/names.h"
#include "services/train/cell.h"

enum role {
	FEATURE,
	LABEL,
	TEST,
	DROPPED
};

struct column {
	const char *name;
	enum role role;
	struct names *texts;   /* of cells; up to one more than there may be */
	int32_t *rank;         /* of a text in the alphabet */
	bool is_text, missing; /* some cell is */
	size_t text_line;      /* where the first text stands */
	size_t at;             /* its first place in a row of the table */
};

struct reader {
	const struct table_options *o;
	struct table *t;
	struct csv *csv;
	struct column *columns;
	size_t width;
	const char *error;
};

static bool fault(struct reader *r, const struct column *c, const char *what, const char *cell)
{
	r->error = talloc_asprintf(r->t, "%s:%zu: column %s: %s, not '%.40s'", r->o->path, csv_line(r->csv),
				   c->name, what, cell);
	return false;
}

/* True when name stands in a list by commas. */
static bool listed(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (; list && *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == length && strncmp(list, name, length) == 0)
			return true;
	return false;
}

static enum role role_of(const struct table_options *o, const char *name)
{
	if (strcmp(name, o->label) == 0)
		return LABEL;
	if (o->test && strcmp(name, o->test) == 0)
		return TEST;
	return listed(o->dropped, name) ? DROPPED : FEATURE;
}

static bool open_file(struct reader *r)
{
	const char *names[2] = {r->o->label, r->o->test};
	size_t index[2];

	TALLOC_FREE(r->csv);
	r->csv = csv_open(r->t, r->o->path, &r->error);
	if (r->csv && !csv_columns(r->csv, names, r->o->test ? 2 : 1, index))
		r->error = csv_error(r->csv);
	return r->error == NULL;
}

static bool read_header(struct reader *r)
{
	const char *const *fields;
	size_t i;

	r->csv = csv_open(r->t, r->o->path, &r->error);
	if (!r->csv)
		return false;
	if (csv_next(r->csv, &fields, &r->width) <= 0) {
		r->error = csv_error(r->csv)[0] ? csv_error(r->csv)
						: talloc_asprintf(r->t, "%s: the file is empty", r->o->path);
		return false;
	}
	r->columns = talloc_zero_array(r->t, struct column, r->width);
	for (i = 0; i < r->width; i++) {
		r->columns[i].name = talloc_strdup(r->columns, fields[i]);
		r->columns[i].role = role_of(r->o, fields[i]);
		r->columns[i].texts = names_new(r->columns);
	}
	return open_file(r);
}

static bool is_not_finite(const char *cell)
{
	cell += *cell == '-' || *cell == '+';
	return strcasecmp(cell, "nan") == 0 || strcasecmp(cell, "inf") == 0 ||
	       strcasecmp(cell, "infinity") == 0;
}

/* First reading: what a cell tells of its column. */
static bool look(struct reader *r, struct column *c, const char *cell)
{
	double number;

	if (cell_missing(cell)) {
		c->missing = true;
		cell = "missing";
	} else if (is_not_finite(cell)) {
		return fault(r, c, "wants a finite number or text", cell);
	} else if (!cell_number(cell, &number) && !c->is_text) {
		c->is_text = true;
		c->text_line = csv_line(r->csv);
	}
	if (names_count(c->texts) <= r->o->categories_most)
		names_index(c->texts, cell);
	return true;
}

static bool look_at_all(struct reader *r)
{
	const char *const *fields;
	size_t width, i;
	int got;

	while ((got = csv_next(r->csv, &fields, &width)) > 0) {
		r->t->rows++;
		if (width != r->width) {
			r->error = talloc_asprintf(r->t, "%s:%zu: %zu fields, where the header has %zu",
						   r->o->path, csv_line(r->csv), width, r->width);
			return false;
		}
		for (i = 0; i < width; i++)
			if (r->columns[i].role == FEATURE && !look(r, &r->columns[i], fields[i]))
				return false;
	}
	if (got < 0)
		r->error = csv_error(r->csv);
	else if (r->t->rows == 0)
		r->error = talloc_asprintf(r->t, "%s: there are no rows", r->o->path);
	return r->error == NULL;
}

static void rank_texts(struct column *c)
{
	int32_t count = names_count(c->texts), i, j;

	c->rank = talloc_zero_array(c->texts, int32_t, (size_t)count);
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++)
			c->rank[i] += strcmp(names_text(c->texts, j), names_text(c->texts, i)) < 0;
}

static void add_name(struct table *t, const char *name, const char *text)
{
	t->names = talloc_realloc(t, t->names, const char *, t->columns + 1);
	t->names[t->columns++] = text ? talloc_asprintf(t->names, "%s=%s", name, text)
				      : talloc_strdup(t->names, name);
}

static bool plan_text(struct reader *r, struct column *c)
{
	int32_t count = names_count(c->texts), i, place;

	if (count > r->o->categories_most) {
		r->error = talloc_asprintf(
			r->t,
			"%s:%zu: column %s holds text, and more than %ld different ones; leave it "
			"out with --drop, or allow more with --categories",
			r->o->path, c->text_line, c->name, r->o->categories_most);
		return false;
	}
	rank_texts(c);
	for (place = 1; place < count; place++)
		for (i = 0; i < count; i++)
			if (c->rank[i] == place)
				add_name(r->t, c->name, names_text(c->texts, i));
	return true;
}

/* Places of the columns in a row. */
static bool plan(struct reader *r)
{
	size_t i;

	for (i = 0; i < r->width; i++) {
		struct column *c = &r->columns[i];

		c->at = r->t->columns;
		if (c->role != FEATURE)
			continue;
		if (c->is_text) {
			if (!plan_text(r, c))
				return false;
			continue;
		}
		add_name(r->t, c->name, NULL);
		if (c->missing)
			add_name(r->t, c->name, "missing");
	}
	if (r->t->columns == 0)
		r->error = talloc_asprintf(r->t, "%s: no column is left to learn from", r->o->path);
	return r->error == NULL;
}

static bool read_label(struct reader *r, const struct column *c, const char *cell, size_t row)
{
	bool truth;

	if (r->o->positive)
		truth = strcmp(cell, r->o->positive) == 0;
	else if (!cell_truth(cell, &truth))
		return fault(r, c, "the label wants 1 or 0, true or false, or --positive saying which counts",
			     cell);
	if (r->o->positive && cell_missing(cell))
		return fault(r, c, "the label is missing", cell);
	r->t->y[row] = truth;
	return true;
}

static bool read_text(struct reader *r, const struct column *c, const char *cell, double *out)
{
	int32_t known = names_count(c->texts), index = names_index(c->texts, cell);

	if (index >= known)
		return fault(r, c, "the file changed while it was read", cell);
	if (c->rank[index] > 0)
		out[c->at + (size_t)c->rank[index] - 1] = 1;
	return true;
}

static bool read_feature(struct reader *r, const struct column *c, const char *cell, double *out)
{
	bool missing = cell_missing(cell);

	if (c->is_text)
		return read_text(r, c, missing ? "missing" : cell, out);
	r->t->missing += missing;
	if (missing)
		out[c->at] = NAN;
	else
		cell_number(cell, &out[c->at]);
	if (c->missing)
		out[c->at + 1] = missing;
	return true;
}

static bool read_cell(struct reader *r, const struct column *c, const char *cell, size_t row)
{
	bool truth;

	switch (c->role) {
	case LABEL:
		return read_label(r, c, cell, row);
	case TEST:
		if (!cell_truth(cell, &truth))
			return fault(r, c, "wants true or false", cell);
		r->t->test[row] = truth;
		return true;
	case FEATURE:
		return read_feature(r, c, cell, r->t->x + row * r->t->columns);
	case DROPPED:
		return true;
	}
	return true;
}

static int table_free(struct table *t)
{
	free(t->x);
	free(t->y);
	free(t->test);
	return 0;
}

static bool allocate(struct table *t)
{
	t->x = calloc(t->rows, t->columns * sizeof(double));
	t->y = calloc(t->rows, sizeof(double));
	t->test = calloc(t->rows, 1);
	return t->x && t->y && t->test;
}

static bool fill(struct reader *r)
{
	const char *const *fields;
	size_t row, i, width;

	if (!allocate(r->t)) {
		r->error = talloc_asprintf(r->t, "%s: %zu rows of %zu columns do not fit into memory",
					   r->o->path, r->t->rows, r->t->columns);
		return false;
	}
	for (row = 0; row < r->t->rows; row++) {
		if (csv_next(r->csv, &fields, &width) <= 0 || width != r->width) {
			r->error = talloc_asprintf(r->t, "%s: the file changed while it was read",
						   r->o->path);
			return false;
		}
		for (i = 0; i < width; i++)
			if (!read_cell(r, &r->columns[i], fields[i], row))
				return false;
	}
	return true;
}

struct table *table_read(const void *parent, const struct table_options *o, const char **error)
{
	struct table *t = talloc_zero(parent, struct table);
	struct reader r = {.o = o, .t = t};

	talloc_set_destructor(t, table_free);
	if (!read_header(&r) || !look_at_all(&r) || !plan(&r) || !open_file(&r) || !fill(&r)) {
		*error = talloc_strdup(parent, r.error);
		talloc_free(t);
		return NULL;
	}
	TALLOC_FREE(r.csv);
	return t;
}
