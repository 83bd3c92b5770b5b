/*
 * line.h - one event's JSON text, built with as few steps as possible
 *
 * The generator writes hundreds of thousands of events a second whose names are fixed and whose
 * values are mostly known to need no escaping; the general writer of common/json.h checks and
 * indents more than that. line_text() is for what comes from outside, line_word() for what does not.
 */
#ifndef AE_CTL_LINE_H
#define AE_CTL_LINE_H

#include <stddef.h>
#include <stdint.h>
#include "common/clock.h"

struct line {
	char *text;
	size_t length, room;
};

struct line *line_new(const void *parent);
void line_bytes(struct line *l, const char *bytes, size_t length); /* as it is */
void line_word(struct line *l, const char *word);                  /* as it is */
void line_integer(struct line *l, int64_t value);
void line_text(struct line *l,
	       const char *text);             /* quoted and escaped; bytes that are no UTF-8 become U+FFFD */
void line_instant(struct line *l, instant t); /* quoted, whole seconds, UTC */

/* A literal with its length known to the compiler. */
#define LINE(l, literal) line_bytes((l), "" literal, sizeof(literal) - 1)

#endif
