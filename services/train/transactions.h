/*
 * transactions.h - a file of who bought when for how much: columns member, date, amount and maybe items
 */
#ifndef AE_TRAIN_TRANSACTIONS_H
#define AE_TRAIN_TRANSACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/learn/features.h"

/* What one member did, in order of time. */
struct customer {
	const char *name;
	struct feature_event *events;
	size_t count;
	double attribute; /* of the column --attribute names: the share of the member's rows where it is true
			   */
};

struct transactions {
	struct customer *customers; /* in the order in which the file names them */
	size_t count;
	size_t rows, returns, empty; /* lines; of these with an amount below 0; with nothing in member */
	day first, last;
	bool has_items, has_attribute;
};

struct transactions_options {
	const char *path;
	const char *attribute; /* a column of truths, or NULL */
	bool by_day;           /* what is bought on one day is one purchase, what is given back one return */
	bool items;            /* read the column items, if there is one */
};

/* NULL: *error says why, naming file and line. */
struct transactions *transactions_read(const void *parent, const struct transactions_options *o,
				       const char **error);

#endif
