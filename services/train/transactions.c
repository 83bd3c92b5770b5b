/*
 * transactions.c - a file of who bought when for how much (see transactions.h)
 */
#include "services/train/transactions.h"

#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/csv.h"
#include "common/names.h"
#include "common/progress.h"
#include "services/train/cell.h"

enum {
	PROGRESS_EVERY = 4096
};

enum column {
	MEMBER,
	DATE,
	AMOUNT,
	REQUIRED,
	ITEMS = REQUIRED,
	ATTRIBUTE,
	COLUMNS
};
#define ABSENT SIZE_MAX

struct line {
	int32_t member;
	day day;
	double amount, items;
	bool attribute;
};

struct reader {
	struct csv *csv;
	struct transactions *result;
	const struct transactions_options *o;
	const char *error;
	size_t column[COLUMNS], width;
	struct names *names;
	struct line *lines; /* by malloc: more than a talloc block may hold */
	size_t count, room;
};

static int reader_free(struct reader *r)
{
	free(r->lines);
	return 0;
}

static bool fault(struct reader *r, const char *what, const char *cell)
{
	r->error = talloc_asprintf(r->result, "%s:%zu: %s, not '%.40s'", r->o->path, csv_line(r->csv), what,
				   cell);
	return false;
}

/* The header; the last two columns need not be there. */
static bool read_header(struct reader *r)
{
	const char *names[COLUMNS] = {"member", "date", "amount", r->o->items ? "items" : NULL,
				      r->o->attribute};
	const char *const *fields;
	size_t i, j;

	if (csv_next(r->csv, &fields, &r->width) <= 0) {
		r->error = csv_error(r->csv)[0] ? csv_error(r->csv) : "the file is empty";
		return false;
	}
	for (j = 0; j < COLUMNS; j++) {
		r->column[j] = ABSENT;
		for (i = 0; names[j] && i < r->width; i++)
			if (strcmp(fields[i], names[j]) == 0)
				r->column[j] = i;
		if (r->column[j] == ABSENT && names[j] && j != ITEMS) {
			r->error = talloc_asprintf(r->result, "%s:1: there is no column \"%s\"", r->o->path,
						   names[j]);
			return false;
		}
	}
	r->result->has_items = r->column[ITEMS] != ABSENT;
	r->result->has_attribute = r->o->attribute != NULL;
	return true;
}

static struct line *next_line(struct reader *r)
{
	if (r->count == r->room) {
		r->room = r->room ? r->room * 2 : 65536;
		r->lines = realloc(r->lines, r->room * sizeof(*r->lines));
		if (!r->lines)
			abort(); /* out of memory */
	}
	memset(&r->lines[r->count], 0, sizeof(*r->lines));
	return &r->lines[r->count];
}

static bool read_line(struct reader *r, const char *const *fields, size_t width)
{
	struct line *l = next_line(r);

	r->result->rows++;
	if (width != r->width)
		return fault(r, "a record wants as many fields as the header", "fewer or more");
	if (!fields[r->column[MEMBER]][0]) {
		r->result->empty++;
		return true;
	}
	if (!cell_day(fields[r->column[DATE]], &l->day))
		return fault(r, "date wants a day like 2026-11-23", fields[r->column[DATE]]);
	if (!cell_number(fields[r->column[AMOUNT]], &l->amount))
		return fault(r, "amount wants a number", fields[r->column[AMOUNT]]);
	if (r->result->has_items && (!cell_number(fields[r->column[ITEMS]], &l->items) || l->items < 0))
		return fault(r, "items wants a number from 0", fields[r->column[ITEMS]]);
	if (r->o->attribute && !cell_truth(fields[r->column[ATTRIBUTE]], &l->attribute))
		return fault(r, "the attribute wants true or false", fields[r->column[ATTRIBUTE]]);
	l->member = names_index(r->names, fields[r->column[MEMBER]]);
	r->result->returns += l->amount < 0;
	r->count++;
	return true;
}

static bool read_lines(struct reader *r)
{
	const char *const *fields;
	struct progress *bar;
	size_t width, done, total;
	int got;

	csv_progress(r->csv, &done, &total);
	bar = progress_new(r, "reading", "bytes", (int64_t)total);
	while ((got = csv_next(r->csv, &fields, &width)) > 0) {
		if (!read_line(r, fields, width))
			return false;
		if (r->result->rows % PROGRESS_EVERY == 0) {
			csv_progress(r->csv, &done, &total);
			progress_at(bar, (int64_t)done);
		}
	}
	progress_end(bar);
	if (got < 0)
		r->error = csv_error(r->csv);
	else if (r->count == 0)
		r->error = talloc_asprintf(r->result, "%s: there are no transactions", r->o->path);
	return r->error == NULL;
}

/* By member, then day, returns before purchases. */
static int line_order(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->member != y->member)
		return x->member < y->member ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->amount >= 0) - (y->amount >= 0);
}

static bool belongs(const struct feature_event *e, const struct line *l)
{
	return e->at == l->day && (e->value < 0) == (l->amount < 0);
}

/* Lines of one member become events. */
static void add_customer(struct reader *r, const struct line *lines, size_t count)
{
	struct transactions *t = r->result;
	struct customer *c = &t->customers[t->count++];
	double attribute = 0;
	size_t i;

	c->name = talloc_strdup(t, names_text(r->names, lines[0].member));
	c->events = talloc_zero_array(t, struct feature_event, count);
	for (i = 0; i < count; i++) {
		const struct line *l = &lines[i];
		struct feature_event *e = c->events + c->count;

		if (r->o->by_day && c->count > 0 && belongs(e - 1, l))
			e--;
		else
			c->count++;
		e->at = l->day;
		e->value += l->amount;
		e->items += l->items;
		attribute += l->attribute;
	}
	c->attribute = attribute / (double)count;
}

static void build(struct reader *r)
{
	struct transactions *t = r->result;
	size_t from, to;

	qsort(r->lines, r->count, sizeof(*r->lines), line_order);
	t->customers = talloc_zero_array(t, struct customer, (size_t)names_count(r->names));
	t->first = t->last = r->lines[0].day;
	for (from = 0; from < r->count; from = to) {
		for (to = from; to < r->count && r->lines[to].member == r->lines[from].member; to++)
			;
		add_customer(r, r->lines + from, to - from);
		t->first = r->lines[from].day < t->first ? r->lines[from].day : t->first;
		t->last = r->lines[to - 1].day > t->last ? r->lines[to - 1].day : t->last;
	}
}

struct transactions *transactions_read(const void *parent, const struct transactions_options *o,
				       const char **error)
{
	struct transactions *t = talloc_zero(parent, struct transactions);
	struct reader *r = talloc_zero(t, struct reader);

	talloc_set_destructor(r, reader_free);
	*r = (struct reader){.o = o, .result = t};
	r->names = names_new(r);
	r->csv = csv_open(r, o->path, &r->error);
	if (!r->csv || !read_header(r) || !read_lines(r)) {
		*error = talloc_strdup(parent, r->error);
		talloc_free(t);
		return NULL;
	}
	build(r);
	talloc_free(r);
	return t;
}
