/*
 * pattern.h - regular expressions whose run time has a bound, whoever wrote them
 *
 * The syntax is ECMA-262's with the u flag, as JSON Schema asks for, without what needs backtracking
 * (back references, looking ahead and behind) and without \p{}. All alternatives are followed at once, so a
 * search takes at most the text's length times the pattern's size.
 */
#ifndef AE_PATTERN_H
#define AE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PATTERN_LENGTH_MAX = 1024, /* bytes */
	PATTERN_SIZE_MAX = 4000,   /* instructions, counted repetitions written out */
	PATTERN_DEPTH_MAX = 32     /* groups inside groups */
};

struct pattern;

/* text is UTF-8. NULL: *error says what is wrong, under parent or constant. */
struct pattern *pattern_parse(const void *parent, const char *text, size_t length, const char **error);

/*
 * Whether it matches anywhere in the text, which is UTF-8. The work is taken from *steps; once that is
 * negative the answer is false and means nothing.
 */
bool pattern_find(const struct pattern *p, const char *text, size_t length, int64_t *steps);

#endif
