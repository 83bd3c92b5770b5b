/*
 * fact_bound.h - the values that a fact may have: null, an interval of numbers, a set of texts, anything else
 */
#ifndef AE_FACT_BOUND_H
#define AE_FACT_BOUND_H

#include "common/json.h"

enum {
	FACT_TEXTS_MAX = 64 /* of a set; a larger one is any text */
};

struct fact_bound {
	const char *fact;
	bool null;          /* null, or not there */
	double least, most; /* numbers, both ends included; least > most: none */
	bool any_text;
	const char *const *texts; /* unless any_text: these */
	size_t text_count;
	bool others; /* booleans, arrays, objects */
};

extern const struct fact_bound fact_bound_anything, fact_bound_nothing;

bool fact_bound_any(const struct fact_bound *f);  /* leaves nothing out */
bool fact_bound_none(const struct fact_bound *f); /* leaves nothing in */
/* value NULL: it is not there. */
bool fact_bound_admits(const struct fact_bound *f, const struct json *value);
/* Whether some value is within both. */
bool fact_bound_meets(const struct fact_bound *a, const struct fact_bound *b);

/* The text becomes one of the set; a new set hangs under parent, the text itself is not copied. */
void fact_bound_add(const void *parent, struct fact_bound *f, const char *text);
/* f becomes what is in both. */
void fact_bound_cut(const void *parent, struct fact_bound *f, const struct fact_bound *other);
/* f becomes what is in either, and the numbers between. */
void fact_bound_widen(const void *parent, struct fact_bound *f, const struct fact_bound *other);

#endif
