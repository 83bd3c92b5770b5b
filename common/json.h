/*
 * json.h - JSON read into a talloc tree, and JSON text written piece by piece
 *
 * Reading is strict beyond RFC 8259: duplicate names, NUL characters, lone
 * surrogates, numbers outside double's range and nesting deeper than JSON_DEPTH_MAX
 * are refused, so that what gets into the log can be read by everything behind it.
 * Both directions stand on yajl.
 */
#ifndef AE_JSON_H
#define AE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	JSON_DEPTH_MAX = 32,
	JSON_NAMES_MAX = 1024,
	JSON_VALUES_MAX = 500000
};

enum json_kind {
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_INTEGER,
	JSON_REAL,
	JSON_TEXT,
	JSON_ARRAY,
	JSON_OBJECT
};

struct json {
	enum json_kind kind;
	bool boolean;
	int64_t integer;           /* JSON_INTEGER */
	double real;               /* JSON_INTEGER and JSON_REAL */
	const char *text;          /* JSON_TEXT: UTF-8 without NUL inside */
	size_t length;             /* of text, in bytes */
	const char *name;          /* when this is a member of an object, else NULL */
	struct json *parent;       /* NULL at the root */
	struct json *first, *next; /* children in the order of the text */
	size_t count;              /* of children */
	size_t begin, end;         /* an object's or array's place in the text that was read */
	struct json *last;         /* the newest child while reading */
};

/* Reads one whole value. NULL on a fault: *error then says what and where, and hangs under parent. */
struct json *json_parse(const void *parent, const char *text, size_t length, const char **error);

/* The member of an object by name; NULL if absent or if object is NULL or none. */
const struct json *json_get(const struct json *object, const char *name);

/* A member's value, or the fallback when it is absent, null, or of another kind. */
const char *json_get_text(const struct json *object, const char *name, const char *fallback);
int64_t json_get_integer(const struct json *object, const char *name, int64_t fallback);
double json_get_real(const struct json *object, const char *name, double fallback);
bool json_get_boolean(const struct json *object, const char *name, bool fallback);

/* The RFC 6901 pointer of a value inside its tree ("" for the root), under parent. */
const char *json_pointer(const void *parent, const struct json *value);

/*
 * Writing. name is the member's name inside an object and NULL inside an array or at the root.
 * Reals are written with the fewest digits that read back equal; NaN and infinities as null.
 */
struct json_writer;

struct json_writer *json_writer_new(const void *parent);
void json_open_object(struct json_writer *w, const char *name);
void json_open_array(struct json_writer *w, const char *name);
void json_close(struct json_writer *w); /* the innermost object or array */
void json_put_text(struct json_writer *w, const char *name, const char *value); /* NULL: null */
void json_put_text_n(struct json_writer *w, const char *name, const char *value, size_t length);
void json_put_integer(struct json_writer *w, const char *name, int64_t value);
void json_put_real(struct json_writer *w, const char *name, double value);
void json_put_boolean(struct json_writer *w, const char *name, bool value);
void json_put_null(struct json_writer *w, const char *name);
void json_put_raw(struct json_writer *w, const char *name, const char *json, size_t length); /* JSON as is */
void json_put_value(struct json_writer *w, const char *name, const struct json *value);      /* a read tree */

/* What was written so far; NUL-terminated, belongs to the writer. */
const char *json_text(const struct json_writer *w, size_t *length);
/* Empties the writer for the next document and keeps its memory. */
void json_writer_reset(struct json_writer *w);

#endif
