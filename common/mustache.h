/*
 * mustache.h - Mustache templates: the mandatory modules of the specification (mustache/spec 1.4)
 *
 * Comments, delimiters, interpolation, inverted sections, partials and sections, with its rules for
 * lines of their own. No lambdas. A template is parsed once and rendered often; rendering is
 * bounded in output, depth and steps, whatever the template and the data are.
 *
 * False, null, absent, empty lists, empty texts and 0 are false for sections, as in mustache.js; objects
 * and lists interpolate as nothing.
 */
#ifndef AE_MUSTACHE_H
#define AE_MUSTACHE_H

#include <stdbool.h>
#include <stddef.h>
#include "common/json.h"

enum {
	MUSTACHE_OUTPUT_MAX = 1 << 20, /* bytes */
	MUSTACHE_DEPTH_MAX = 64,       /* sections inside sections */
	MUSTACHE_PARTIAL_DEPTH_MAX = 32,
	MUSTACHE_STEPS_MAX = 1000000
};

enum mustache_escape {
	MUSTACHE_HTML, /* & < > " ' as entities, where the tag is not {{{}}} or {{&}} */
	MUSTACHE_PLAIN
};

struct mustache;

enum {
	MUSTACHE_MISSING_MAX = 20
};

/* Names of values that were to be put in and are not there, each once; they hang under parent. */
struct mustache_missing {
	const char *names[MUSTACHE_MISSING_MAX];
	size_t count;
};

/* Parts of templates by name. NULL: there is none, which renders as nothing. */
struct mustache_partials {
	const char *(*find)(void *context, const char *name, size_t *length);
	void *context;
};

/* NULL: *error says "line N: what", under parent. The text is copied. */
struct mustache *mustache_parse(const void *parent, const char *text, size_t length, const char **error);

/*
 * The result under parent, NUL-terminated, its length in *length (may be NULL). data is any JSON
 * value; partials may be NULL. NULL: *error says why.
 */
char *mustache_render(const void *parent, const struct mustache *m, const struct json *data,
		      const struct mustache_partials *partials, enum mustache_escape escape, size_t *length,
		      const char **error);
/* The same, for who wants to know what was missing. */
char *mustache_render_noting(const void *parent, const struct mustache *m, const struct json *data,
			     const struct mustache_partials *partials, enum mustache_escape escape,
			     size_t *length, struct mustache_missing *missing, const char **error);

#endif
