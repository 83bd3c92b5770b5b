/*
 * retail_shop.h - the shop's data in memory: invoices with their lines, customer by customer
 */
#ifndef AE_CTL_RETAIL_SHOP_H
#define AE_CTL_RETAIL_SHOP_H

#include <stddef.h>
#include <stdint.h>
#include "common/names.h"
#include "services/ctl/retail_rules.h"

struct retail_stock {
	const char *name; /* the first description that the file gives */
	int category;
};

struct retail_invoice {
	int64_t local; /* the earliest of its lines, seconds since 1970-01-01T00:00 in London */
	int32_t customer;
	bool cancelled;
};

struct retail_line {
	int32_t invoice, stock, quantity, price_minor;
	int32_t order; /* in the file */
};

struct retail_shop {
	struct names *stock_codes, *invoice_numbers, *customer_ids,
		*countries; /* their numbers index what follows */
	struct retail_stock *stocks;
	struct retail_invoice *invoices;
	int32_t *customer_country;
	struct retail_line *lines; /* by customer, then by time of the invoice, then as in the file */
	size_t line_count, line_room;
	size_t stock_room, invoice_room, customer_room; /* of the arrays above */
	int64_t first, last; /* local seconds of the earliest and latest kept line */
	int64_t fates[LINE_FATES];
};

/* Reads the whole file; NULL on a fault: *error says what and where. */
struct retail_shop *retail_shop_read(const void *parent, const char *path, const char **error);

#endif
