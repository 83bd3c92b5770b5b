/*
 * db.h - PostgreSQL through prepared statements, pipelined, every wait bounded
 *
 * Statements come from sql/queries/<daemon>/ as a generated table; a query names one by its
 * index. Values travel in binary. A failure is sticky: after it every call returns NULL
 * until db_clear, so straight-line code may look once, at the end.
 */
#ifndef AE_DB_H
#define AE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/clock.h"

struct db;
struct rows;

struct statement {
	const char *name, *text;
};

struct db *db_new(const void *parent, const char *conninfo, const struct statement *statements, size_t count);
/* Connects if need be, also anew if the server ended the connection, unless a try has just failed. False:
 * away. */
bool db_ensure(struct db *db);
bool db_failed(const struct db *db);          /* since the last db_clear */
bool db_lost(const struct db *db);            /* the failure was of the connection, not of a statement */
const char *db_sqlstate(const struct db *db); /* of the failure, "" if none */
const char *db_message(const struct db *db);
void db_clear(struct db *db); /* forgets the failure; rolls back what was left open */
/* Until when the next waits may last (CLOCK_MONOTONIC microseconds); 0 = the default of 5 s from each call.
 */
void db_set_deadline(struct db *db, int64_t deadline);

/*
 * Parameters are given by a format, one letter each:
 *   t const char * (NULL = null)      b const void *, size_t (bytea or uuid; NULL = null)
 *   i int64_t (int8)                  s int (int4)      h int (int2)
 *   d day (date)                      z instant (timestamptz)
 *   f double (float8)                 o int (bool)      a struct db_array * (NULL = null)
 * The statement casts where PostgreSQL could not infer the type.
 */
struct rows *db_query(struct db *db, const void *parent, int statement, const char *format, ...);
/* The same without waiting: several db_send, then as many db_next, one round trip. */
void db_send(struct db *db, int statement, const char *format, ...);
struct rows *db_next(struct db *db, const void *parent);
/* Plain text without parameters, for BEGIN and the like; queued as db_send. */
void db_send_text(struct db *db, const char *sql);
/*
 * Queues BEGIN, and a SET LOCAL if given, ahead of the transaction's first statements: no round
 * trip and no db_next of its own. Only with nothing else queued.
 */
void db_begin(struct db *db, const char *settings);
bool db_run(struct db *db, const char *sql); /* db_send_text + db_next */

size_t rows_count(const struct rows *r); /* 0 for NULL */
int64_t rows_affected(const struct rows *r);
/* Of rows that come ordered by the bytes of their first column, a text, the first one with that text; the
 * count if there is none. */
size_t rows_find(const struct rows *r, const char *text);
bool row_null(const struct rows *r, size_t row, int column);
const char *row_text(const struct rows *r, size_t row, int column); /* NUL-terminated; lives as long as r */
const char *row_bytes(const struct rows *r, size_t row, int column, size_t *length);
int64_t row_integer(const struct rows *r, size_t row, int column); /* int2, int4, int8; null reads as 0 */
double row_real(const struct rows *r, size_t row, int column);     /* float8 */
bool row_boolean(const struct rows *r, size_t row, int column);
day row_day(const struct rows *r, size_t row, int column);
instant row_instant(const struct rows *r, size_t row, int column);

/* Arrays for unnest($1::int8[], ...) and = ANY($1). */
enum db_type {
	DB_BOOL,
	DB_INT2,
	DB_INT4,
	DB_INT8,
	DB_FLOAT8,
	DB_TEXT,
	DB_JSON,
	DB_UUID,
	DB_BYTEA,
	DB_DATE,
	DB_TIMESTAMPTZ
};
struct db_array;
struct db_array *db_array_new(const void *parent, enum db_type type, size_t expected);
void db_array_integer(struct db_array *a, int64_t value); /* bool, int2, int4, int8 */
void db_array_real(struct db_array *a, double value);
void db_array_bytes(struct db_array *a, const void *value, size_t length); /* text, json, uuid, bytea */
void db_array_text(struct db_array *a, const char *value);                 /* NULL = null */
void db_array_day(struct db_array *a, day value);
void db_array_instant(struct db_array *a, instant value);
void db_array_null(struct db_array *a);
size_t db_array_count(const struct db_array *a);

#endif
