/*
 * retail_shop.c - the shop's data in memory: invoices with their lines, customer by customer
 */
#include "services/ctl/retail_shop.h"
#include "common/progress.h"
#include "services/ctl/retail_categories.h"
#include "common/csv.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

enum column {
	INVOICE,
	STOCK,
	DESCRIPTION,
	QUANTITY,
	DATE,
	PRICE,
	CUSTOMER,
	COUNTRY,
	COLUMNS
};

static const char *const column_names[COLUMNS] = {"InvoiceNo",   "StockCode", "Description", "Quantity",
						  "InvoiceDate", "UnitPrice", "CustomerID",  "Country"};

/* A record with its numbers read. */
struct record {
	const char *text[COLUMNS];
	char customer[24];
	int64_t quantity, price_minor, local;
	bool cancelled;
};

/* Room for one more element at index, new ones zeroed. */
#define GROW(shop, array, room, index)                                                             \
	do {                                                                                       \
		if ((size_t)(index) >= (room)) {                                                   \
			size_t old_ = (room);                                                      \
			(room) = old_ ? old_ * 2 : 1024;                                           \
			(array) = talloc_realloc_size((shop), (array), (room) * sizeof(*(array))); \
			memset((array) + old_, 0, ((room)-old_) * sizeof(*(array)));               \
		}                                                                                  \
	} while (0)

/* "17850.0" or "17850" to "17850"; empty stays empty. False: neither. */
static bool customer_parse(const char *text, char out[24])
{
	size_t n = strspn(text, "0123456789");

	if (n > 20 || (text[n] && strcmp(text + n, ".0") != 0) || (!n && *text))
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

static bool quantity_parse(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	return !errno && end != text && !*end && *out > -INT32_MAX && *out < INT32_MAX;
}

/* NULL, or the name of the column that cannot be read. */
static const char *record_read(struct record *r)
{
	const char *p;

	for (p = r->text[INVOICE]; isalnum((unsigned char)*p); p++)
		;
	if (*p || p == r->text[INVOICE])
		return column_names[INVOICE];
	r->cancelled = *r->text[INVOICE] == 'C';
	if (!quantity_parse(r->text[QUANTITY], &r->quantity))
		return column_names[QUANTITY];
	if (!local_parse(r->text[DATE], &r->local))
		return column_names[DATE];
	if (!pence_parse(r->text[PRICE], &r->price_minor) || r->price_minor > INT32_MAX)
		return column_names[PRICE];
	if (!customer_parse(r->text[CUSTOMER], r->customer))
		return column_names[CUSTOMER];
	return NULL;
}

static int32_t shop_invoice(struct retail_shop *s, const struct record *r, int32_t customer)
{
	int32_t count = names_count(s->invoice_numbers);
	int32_t i = names_index(s->invoice_numbers, r->text[INVOICE]);
	struct retail_invoice *invoice;

	GROW(s, s->invoices, s->invoice_room, i);
	invoice = &s->invoices[i];
	if (i == count)
		*invoice = (struct retail_invoice){
			.local = r->local, .customer = customer, .cancelled = r->cancelled};
	if (r->local < invoice->local)
		invoice->local = r->local;
	return i;
}

static const char *name_trim(const void *parent, const char *text)
{
	size_t n;

	text += strspn(text, " \t");
	for (n = strlen(text); n && isspace((unsigned char)text[n - 1]); n--)
		;
	return talloc_strndup(parent, text, n);
}

static int32_t shop_stock(struct retail_shop *s, const struct record *r)
{
	int32_t i = names_index(s->stock_codes, r->text[STOCK]);
	struct retail_stock *stock;

	GROW(s, s->stocks, s->stock_room, i);
	stock = &s->stocks[i];
	if (!stock->name || !*stock->name) {
		stock->name = name_trim(s, r->text[DESCRIPTION]);
		stock->category = retail_category_of(stock->name);
	}
	return i;
}

static int32_t shop_customer(struct retail_shop *s, const struct record *r)
{
	int32_t count = names_count(s->customer_ids);
	char id[32];
	int32_t i;

	id[0] = 'r';
	memcpy(id + 1, r->customer, strlen(r->customer) + 1);
	i = names_index(s->customer_ids, id);
	GROW(s, s->customer_country, s->customer_room, i);
	if (i == count)
		s->customer_country[i] = names_index(s->countries, r->text[COUNTRY]);
	return i;
}

static void shop_keep(struct retail_shop *s, const struct record *r)
{
	int32_t customer = shop_customer(s, r);

	GROW(s, s->lines, s->line_room, s->line_count);
	s->lines[s->line_count] = (struct retail_line){.invoice = shop_invoice(s, r, customer),
						       .stock = shop_stock(s, r),
						       .quantity = (int32_t)r->quantity,
						       .price_minor = (int32_t)r->price_minor,
						       .order = (int32_t)s->line_count};
	if (!s->line_count || r->local < s->first)
		s->first = r->local;
	if (!s->line_count || r->local > s->last)
		s->last = r->local;
	s->line_count++;
}

static const struct retail_shop *sorted; /* qsort hands its comparison nothing else */

static int line_compare(const void *a, const void *b)
{
	const struct retail_line *x = a, *y = b;
	const struct retail_invoice *i = &sorted->invoices[x->invoice], *j = &sorted->invoices[y->invoice];

	if (i->customer != j->customer)
		return i->customer < j->customer ? -1 : 1;
	if (i->local != j->local)
		return i->local < j->local ? -1 : 1;
	if (x->invoice != y->invoice)
		return x->invoice < y->invoice ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* One record; false: *error is set. */
static bool shop_take(struct retail_shop *s, const char *const *fields, size_t count, const size_t *columns,
		      const char **error)
{
	struct record r = {0};
	enum line_fate fate;
	int i;

	for (i = 0; i < COLUMNS; i++) {
		if (columns[i] >= count) {
			*error = column_names[i];
			return false;
		}
		r.text[i] = fields[columns[i]];
	}
	if ((*error = record_read(&r)) != NULL)
		return false;
	fate = line_fate(r.customer, r.text[STOCK], r.quantity, r.price_minor, r.cancelled);
	s->fates[fate]++;
	if (fate == LINE_KEPT)
		shop_keep(s, &r);
	return true;
}

/* All records; false: *error is set, under parent. */
static bool shop_fill(const void *parent, struct retail_shop *s, struct csv *c, const char *path,
		      const char **error)
{
	const char *const *fields;
	const char *wrong;
	size_t columns[COLUMNS], count, done, total, n = 0;
	struct progress *p;
	int more = -1;

	csv_progress(c, &done, &total);
	p = progress_new(c, "reading", "bytes", (int64_t)total);
	if (csv_columns(c, column_names, COLUMNS, columns))
		while ((more = csv_next(c, &fields, &count)) > 0) {
			if (!shop_take(s, fields, count, columns, &wrong)) {
				*error = talloc_asprintf(parent, "%s:%zu: %s cannot be read", path,
							 csv_line(c), wrong);
				return false;
			}
			if (n++ % 4096 == 0) {
				csv_progress(c, &done, &total);
				progress_at(p, (int64_t)done);
			}
		}
	if (more < 0) {
		*error = talloc_strdup(parent, csv_error(c));
		return false;
	}
	progress_at(p, (int64_t)total);
	progress_end(p);
	return true;
}

struct retail_shop *retail_shop_read(const void *parent, const char *path, const char **error)
{
	struct retail_shop *s = talloc_zero(parent, struct retail_shop);
	struct csv *c = csv_open(s, path, error);

	s->stock_codes = names_new(s);
	s->invoice_numbers = names_new(s);
	s->customer_ids = names_new(s);
	s->countries = names_new(s);
	if (!c || !shop_fill(parent, s, c, path, error)) {
		if (!c)
			*error = talloc_strdup(parent, *error);
		talloc_free(s);
		return NULL;
	}
	talloc_free(c);
	sorted = s;
	if (s->line_count)
		qsort(s->lines, s->line_count, sizeof(*s->lines), line_compare);
	return s;
}
