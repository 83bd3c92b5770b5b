/*
 * pattern_program.h - a pattern as instructions, private to pattern.c (which writes them) and pattern_find.c
 */
#ifndef AE_PATTERN_PROGRAM_H
#define AE_PATTERN_PROGRAM_H

#include "common/pattern.h"

enum pattern_op {
	PATTERN_CHAR,  /* the character c */
	PATTERN_SET,   /* a character of set */
	PATTERN_SPLIT, /* go on at x and at y */
	PATTERN_JUMP,  /* go on at x */
	PATTERN_BEGIN,
	PATTERN_END,
	PATTERN_WORD_EDGE,
	PATTERN_NO_WORD_EDGE,
	PATTERN_MATCH
};

struct pattern_range {
	uint32_t from, to;
};

struct pattern_set {
	struct pattern_range *ranges;
	size_t count;
	bool inverted;
};

struct pattern_step {
	enum pattern_op op;
	uint32_t c;
	const struct pattern_set *set;
	size_t x, y;
};

struct pattern {
	struct pattern_step *steps;
	size_t count;
};

#endif
