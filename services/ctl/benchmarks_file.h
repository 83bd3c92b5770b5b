/*
 * benchmarks_file.h - a file of market data, judged whole
 */
#ifndef AE_CTL_BENCHMARKS_FILE_H
#define AE_CTL_BENCHMARKS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/clock.h"

struct benchmark_row {
	size_t line;
	day period; /* first day of the month */
	const char *region, *category, *currency;
	int64_t average_minor;
};

struct benchmark_fault {
	size_t line;
	const char *reason;
};

struct benchmark_file {
	struct benchmark_row *rows;
	size_t count;
	struct benchmark_fault *faults; /* by line; any makes the whole file bad */
	size_t fault_count;
};

/* Reads path to its end, whatever is wrong on the way, and names everything that is. */
struct benchmark_file *benchmark_file_read(const void *parent, const char *path);
/* How many different groups of period, region and currency; each is replaced as a whole. */
size_t benchmark_file_groups(const struct benchmark_file *f);

/*
 * benchmarks_fetch.c: an http(s) address into a temporary file, which goes with what is returned.
 * NULL: *error says why.
 */
const char *benchmark_fetch(const void *parent, const char *url, const char **error);

#endif
