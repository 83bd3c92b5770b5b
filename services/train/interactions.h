/*
 * interactions.h - who took what, and when, out of a CSV file
 *
 * The file is read as a stream; what is kept of a row are 16 bytes. Left out and counted are rows without a
 * member or an item, and rows whose value is below the least (returns, by default). A value or time that
 * cannot be read is a fault that names line and column.
 */
#ifndef AE_TRAIN_INTERACTIONS_H
#define AE_TRAIN_INTERACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/clock.h"
#include "common/names.h"

struct interaction {
	int32_t member, item;
	instant at;
};

struct interactions {
	struct names *members, *items;
	struct interaction *rows; /* by member, time and item; none twice */
	size_t count;
	size_t *begins; /* of each member, and the end */
	instant first, last;
	int64_t lines, nameless, below, doubles;
};

struct interactions_source {
	const char *path;
	const char *member, *item, *time, *value; /* columns; a file may be without the value's */
	double least;                             /* values below are left out; NAN: 0 and below */
	int64_t memory;                           /* bytes that the rows may take */
};

/* NULL: *error says why. */
struct interactions *interactions_read(const void *parent, const struct interactions_source *source,
				       const char **error);

#endif
