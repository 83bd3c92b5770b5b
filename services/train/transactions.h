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

/* Of one member, by day: transactions of a day are one purchase, returns of a day one return. */
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

/* NULL: *error says why, naming file and line. attribute NULL: none. */
struct transactions *transactions_read(const void *parent, const char *path, const char *attribute,
				       const char **error);

#endif
