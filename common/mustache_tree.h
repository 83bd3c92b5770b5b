/*
 * mustache_tree.h - a parsed template, private to mustache.c and mustache_render.c
 */
#ifndef AE_MUSTACHE_TREE_H
#define AE_MUSTACHE_TREE_H

#include "common/mustache.h"

enum mustache_kind {
	MUSTACHE_TEXT,
	MUSTACHE_VALUE,
	MUSTACHE_RAW,
	MUSTACHE_SECTION,
	MUSTACHE_INVERTED,
	MUSTACHE_PARTIAL
};

struct mustache_node {
	enum mustache_kind kind;
	const char *text; /* the text, or the tag's name */
	size_t length;
	const char *indent; /* of a partial's lines */
	const char *begin;  /* while parsing: where the section was opened */
	struct mustache_node *first, *last, *next;
};

struct mustache {
	struct mustache_node root;
};

#endif
