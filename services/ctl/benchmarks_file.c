/*
 * benchmarks_file.c - market data from CSV: every line is judged before any is used
 *
 * Columns by name, in any order: category, period (2026-10 or a date in the month), region (empty:
 * everywhere), currency, and average_spend (1234.50) or average_spend_minor (123450). Others are
 * passed over.
 */
#include "services/ctl/benchmarks_file.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include "common/csv.h"
#include "common/money.h"

enum {
	ROWS_MAX = 200000,
	FAULTS_MAX = 10000, /* then reading ends: it is another kind of file */
	NAME_MAX_LENGTH = 64
};

enum column {
	COLUMN_CATEGORY,
	COLUMN_PERIOD,
	COLUMN_REGION,
	COLUMN_CURRENCY,
	COLUMN_AVERAGE,
	COLUMN_AVERAGE_MINOR,
	COLUMNS
};
static const char *const column_names[COLUMNS] = {"category", "period",        "region",
						  "currency", "average_spend", "average_spend_minor"};

struct reading {
	struct benchmark_file *file;
	size_t index[COLUMNS]; /* NO_COLUMN: the file has none */
	size_t columns;
};
#define NO_COLUMN SIZE_MAX

__attribute__((format(printf, 3, 4))) static bool fault_add(struct benchmark_file *f, size_t line,
							    const char *format, ...)
{
	va_list values;

	if (f->fault_count == talloc_array_length(f->faults))
		f->faults = talloc_realloc(f, f->faults, struct benchmark_fault, 2 * f->fault_count + 16);
	va_start(values, format);
	f->faults[f->fault_count++] = (struct benchmark_fault){line, talloc_vasprintf(f, format, values)};
	va_end(values);
	return false;
}

/* --- values ----------------------------------------------------------------------------------------- */

static bool name_good(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			return false;
	return true;
}

static bool take_name(struct benchmark_file *f, size_t line, const char *what, const char *text, bool empty,
		      const char **out)
{
	if (!empty && text[0] == '\0')
		return fault_add(f, line, "%s is empty", what);
	if (strlen(text) > NAME_MAX_LENGTH || !name_good(text))
		return fault_add(f, line, "%s is longer than %d bytes or has control characters", what,
				 NAME_MAX_LENGTH);
	*out = talloc_strdup(f, text);
	return true;
}

static bool take_period(struct benchmark_file *f, size_t line, const char *text, day *out)
{
	char whole[DAY_TEXT] = "";

	if (strlen(text) == 7) {
		memcpy(whole, text, 7);
		memcpy(whole + 7, "-01", 3);
	} else if (strlen(text) == 10) {
		memcpy(whole, text, 10);
	}
	if (!day_parse(whole, out))
		return fault_add(f, line, "period '%.40s' is neither a month (2026-10) nor a date", text);
	*out = day_month_start(*out);
	return true;
}

static bool take_currency(struct benchmark_file *f, size_t line, const char *text, const char **out)
{
	if (strlen(text) != 3 || strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		return fault_add(f, line, "currency '%.40s' is not three capital letters", text);
	*out = talloc_strdup(f, text);
	return true;
}

/* One more decimal digit; false: too large. */
static bool digit_add(int64_t *value, char digit)
{
	return !__builtin_mul_overflow(*value, 10, value) &&
	       !__builtin_add_overflow(*value, digit - '0', value);
}

/* "1234.5" in minor units: exactly, without a detour over floating point. No more digits than the currency
 * has. */
static bool amount_parse(const char *text, int decimals, int64_t *out)
{
	size_t whole = strspn(text, "0123456789"), fraction = 0, i;

	if (text[whole] == '.')
		fraction = strspn(text + whole + 1, "0123456789");
	if (whole == 0 || fraction > (size_t)decimals || (text[whole] == '.' && fraction == 0) ||
	    text[whole + (fraction > 0) + fraction] != '\0')
		return false;
	*out = 0;
	for (i = 0; i < whole; i++)
		if (!digit_add(out, text[i]))
			return false;
	for (i = 0; i < (size_t)decimals; i++)
		if (!digit_add(out, i < fraction ? text[whole + 1 + i] : '0'))
			return false;
	return true;
}

static bool take_amount(struct benchmark_file *f, size_t line, const char *major, const char *minor,
			const char *currency, int64_t *out)
{
	int decimals = currency_decimals(currency);

	if ((major && *major) == (minor && *minor))
		return fault_add(f, line, "either average_spend or average_spend_minor is wanted");
	if (minor && *minor)
		return amount_parse(minor, 0, out) ||
		       fault_add(f, line, "average_spend_minor '%.40s' is not a whole number from 0 on",
				 minor);
	return amount_parse(major, decimals, out) ||
	       fault_add(f, line, "average_spend '%.40s' is not an amount from 0 on with at most %d decimals",
			 major, decimals);
}

/* --- lines ------------------------------------------------------------------------------------------ */

static bool read_header(struct reading *r, const char *const *fields, size_t count)
{
	size_t i;
	int c;

	r->columns = count;
	for (c = 0; c < COLUMNS; c++) {
		r->index[c] = NO_COLUMN;
		for (i = 0; i < count; i++)
			if (strcmp(fields[i], column_names[c]) == 0)
				r->index[c] = i;
		if (c < COLUMN_AVERAGE && r->index[c] == NO_COLUMN)
			fault_add(r->file, 1, "the header names no column '%s'", column_names[c]);
	}
	if (r->index[COLUMN_AVERAGE] == NO_COLUMN && r->index[COLUMN_AVERAGE_MINOR] == NO_COLUMN)
		fault_add(r->file, 1, "the header names neither 'average_spend' nor 'average_spend_minor'");
	return r->file->fault_count == 0;
}

static const char *value_of(const struct reading *r, const char *const *fields, enum column c)
{
	return r->index[c] == NO_COLUMN ? NULL : fields[r->index[c]];
}

static void read_line(struct reading *r, size_t line, const char *const *fields, size_t count)
{
	struct benchmark_file *f = r->file;
	struct benchmark_row row = {.line = line};

	if (count != r->columns) {
		fault_add(f, line, "%zu fields, the header has %zu", count, r->columns);
		return;
	}
	if (!take_name(f, line, "category", value_of(r, fields, COLUMN_CATEGORY), false, &row.category) ||
	    !take_period(f, line, value_of(r, fields, COLUMN_PERIOD), &row.period) ||
	    !take_name(f, line, "region", value_of(r, fields, COLUMN_REGION), true, &row.region) ||
	    !take_currency(f, line, value_of(r, fields, COLUMN_CURRENCY), &row.currency) ||
	    !take_amount(f, line, value_of(r, fields, COLUMN_AVERAGE),
			 value_of(r, fields, COLUMN_AVERAGE_MINOR), row.currency, &row.average_minor))
		return;
	if (f->count == talloc_array_length(f->rows))
		f->rows = talloc_realloc(f, f->rows, struct benchmark_row, 2 * f->count + 64);
	f->rows[f->count++] = row;
}

/* --- the whole -------------------------------------------------------------------------------------- */

static int group_order(const struct benchmark_row *a, const struct benchmark_row *b)
{
	int order = (a->period > b->period) - (a->period < b->period);

	if (order == 0)
		order = strcmp(a->region, b->region);
	return order ? order : strcmp(a->currency, b->currency);
}

static int row_order(const void *a, const void *b)
{
	const struct benchmark_row *x = a, *y = b;
	int order = group_order(x, y);

	if (order == 0)
		order = strcmp(x->category, y->category);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int fault_order(const void *a, const void *b)
{
	const struct benchmark_fault *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

/* Sorts the rows; two that say the same thing's average are a fault of the later. */
static void find_doubles(struct benchmark_file *f)
{
	const struct benchmark_row *a, *b;
	size_t i;

	if (f->count > 0)
		qsort(f->rows, f->count, sizeof(*f->rows), row_order);
	for (i = 1; i < f->count; i++) {
		a = &f->rows[i - 1];
		b = &f->rows[i];
		if (group_order(a, b) == 0 && strcmp(a->category, b->category) == 0)
			fault_add(f, b->line, "says again what line %zu says", a->line);
	}
	if (f->fault_count > 0)
		qsort(f->faults, f->fault_count, sizeof(*f->faults), fault_order);
}

size_t benchmark_file_groups(const struct benchmark_file *f)
{
	size_t i, groups = f->count > 0;

	for (i = 1; i < f->count; i++)
		groups += group_order(&f->rows[i - 1], &f->rows[i]) != 0;
	return groups;
}

/* The reader's own words without "name:line: ", which the fault has already. */
static const char *csv_reason(const struct csv *c, const char *path)
{
	const char *text = csv_error(c), *end;

	if (strncmp(text, path, strlen(path)) != 0 || (end = strstr(text + strlen(path), ": ")) == NULL)
		return text;
	return end + 2;
}

struct benchmark_file *benchmark_file_read(const void *parent, const char *path)
{
	struct benchmark_file *f = talloc_zero(parent, struct benchmark_file);
	struct reading r = {.file = f};
	const char *error, *const *fields;
	struct csv *c = csv_open(f, path, &error);
	size_t count;
	int got;

	if (!c) {
		fault_add(f, 0, "%s", error);
		return f;
	}
	got = csv_next(c, &fields, &count);
	if (got == 0)
		fault_add(f, 1, "the file is empty");
	if (got == 1 && read_header(&r, fields, count))
		while (f->fault_count < FAULTS_MAX && f->count <= ROWS_MAX &&
		       (got = csv_next(c, &fields, &count)) == 1)
			read_line(&r, csv_line(c), fields, count);
	if (got < 0)
		fault_add(f, csv_line(c), "%s", csv_reason(c, path));
	if (f->count > ROWS_MAX)
		fault_add(f, csv_line(c), "more than %d rows", ROWS_MAX);
	if (got >= 0 && f->count == 0 && f->fault_count == 0)
		fault_add(f, 1, "no line follows the header");
	find_doubles(f);
	talloc_free(c);
	return f;
}
