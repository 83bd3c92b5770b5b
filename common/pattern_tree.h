/*
 * pattern_tree.h - a regular expression as it was read, private to pattern.c, pattern_read.c and
 * pattern_set.c
 */
#ifndef AE_PATTERN_TREE_H
#define AE_PATTERN_TREE_H

#include "common/pattern_program.h"

enum pattern_node_kind {
	PATTERN_NOTHING,
	PATTERN_ONE,    /* an instruction: a character, a set, an edge */
	PATTERN_BOTH,   /* a, then b */
	PATTERN_EITHER, /* a or b */
	PATTERN_REPEAT  /* a, so often */
};

enum {
	PATTERN_ENDLESS = -1,
	PATTERN_REPEATS_MAX = 1000
};

struct pattern_node {
	enum pattern_node_kind kind;
	enum pattern_op op;
	uint32_t c;
	const struct pattern_set *set;
	struct pattern_node *a, *b;
	int least, most;
};

/* Everything under parent. NULL: *error is a constant text. */
struct pattern_node *pattern_read(const void *parent, const char *text, size_t length, const char **error);

/* The text that is left. */
struct pattern_reading {
	const void *parent;
	const char *at, *end;
	int depth;
	const char *fault;
};

/* pattern_set.c */
void *pattern_refuse(struct pattern_reading *r, const char *fault); /* NULL, or false */
bool pattern_next_is(struct pattern_reading *r, const char *text);  /* and then it is taken */
uint32_t pattern_character(struct pattern_reading *r);
bool pattern_escaped(struct pattern_reading *r, uint32_t *c);               /* behind a backslash */
bool pattern_add_named(struct pattern_reading *r, struct pattern_set *set); /* \d, \D, \w, \W, \s, \S */
void pattern_add_dot(struct pattern_reading *r, struct pattern_set *set);
bool pattern_read_set(struct pattern_reading *r, struct pattern_set *set); /* behind a [ */

#endif
