/*
 * db_value.h - values on their way to and from PostgreSQL, private to db.c and db_value.c
 */
#ifndef AE_DB_VALUE_H
#define AE_DB_VALUE_H

#include <libpq-fe.h>
#include <stdarg.h>
#include "common/db.h"

enum {
	DB_VALUES_MAX = 32
};

struct db_values {
	int count;
	const char *pointers[DB_VALUES_MAX];
	int lengths[DB_VALUES_MAX];
	int formats[DB_VALUES_MAX];
	uint64_t words[DB_VALUES_MAX]; /* scalars in network order */
};

/* Takes the values that the format names; see db.h. */
void db_values_bind(struct db_values *v, const char *format, va_list values);

struct rows *rows_new(const void *parent, PGresult *result);

#endif
