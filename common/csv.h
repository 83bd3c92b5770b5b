/*
 * csv.h - RFC 4180 records, one at a time, from a plain or gzip file
 */
#ifndef AE_CSV_H
#define AE_CSV_H

#include <stdbool.h>
#include <stddef.h>

struct csv;

/* Opens path ("-" is standard input); gzip is recognised by its first bytes. NULL: *error says why. */
struct csv *csv_open(const void *parent, const char *path, const char **error);
/* The next record's fields (valid until the next call). 1 = record, 0 = end of file, -1 = fault, see
 * csv_error. */
int csv_next(struct csv *c, const char *const **fields, size_t *count);
const char *csv_error(const struct csv *c); /* names file and line */
size_t csv_line(const struct csv *c);       /* where the current record began, from 1 */
/* Reads the header and finds the named columns: index[i] is the column of names[i]. False: a column is
 * missing. */
bool csv_columns(struct csv *c, const char *const *names, size_t count, size_t *index);
/* Progress: compressed bytes read of the whole; total is 0 when unknown. */
void csv_progress(const struct csv *c, size_t *done, size_t *total);

#endif
