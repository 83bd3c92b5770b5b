/*
 * retail_rules.h - which lines of the shop's data count, and what a cancellation cancels
 */
#ifndef AE_CTL_RETAIL_RULES_H
#define AE_CTL_RETAIL_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a line is left out; LINE_KEPT if it is not. */
enum line_fate {
	LINE_KEPT,
	LINE_ANONYMOUS,
	LINE_NO_PRODUCT,
	LINE_NO_PRICE,
	LINE_NO_QUANTITY,
	LINE_FATES
};

extern const char *const line_fate_names[LINE_FATES];

/* Five digits and then only letters: a product. Postage, fees, vouchers, manual entries are none. */
bool stock_is_product(const char *code);
enum line_fate line_fate(const char *customer, const char *stock, int64_t quantity, int64_t price_minor,
			 bool cancelled);

/* Pounds as text to pence, half up; false if it is no number. */
bool pence_parse(const char *text, int64_t *out);
/* "2010-12-01 08:26:00" to seconds since 1970-01-01T00:00 local. */
bool local_parse(const char *text, int64_t *out);

/* A purchased line that may still be cancelled, in the order of purchase. */
struct bought {
	int32_t stock, left; /* units not yet cancelled */
	int32_t transaction;
};

/*
 * Takes up to wanted units of stock from the newest line that has any left. Returns how many, and
 * sets *transaction; 0: nothing is left to cancel. Call again for the rest.
 */
int32_t bought_cancel(struct bought *list, size_t count, int32_t stock, int32_t wanted, int32_t *transaction);

#endif
