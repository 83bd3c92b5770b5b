/*
 * audience_facts.h - what an audience may ask of a member: the vocabulary, and a member's facts in it
 *
 * The facts are those that analytics keeps; docs/audiences.md lists them.
 */
#ifndef AE_NOTIFICATION_AUDIENCE_FACTS_H
#define AE_NOTIFICATION_AUDIENCE_FACTS_H

#include "common/db.h"
#include "common/json.h"

enum audience_type {
	AUDIENCE_TEXT,
	AUDIENCE_INTEGER,
	AUDIENCE_NUMBER,
	AUDIENCE_INSTANT, /* RFC 3339 in UTC: as texts they sort by time */
	AUDIENCE_DAY,
	AUDIENCE_OBJECT,
	AUDIENCE_TYPE_COUNT
};

struct audience_fact {
	const char *name;
	enum audience_type type;
	bool maybe_null;
	const char *unit, *meaning;
	int column; /* of get_audience_slice; 0: it is in the facts document */
};

extern const struct audience_fact audience_facts[];
extern const size_t audience_fact_count;

const char *audience_type_name(enum audience_type t);
/* The fact that a path reads, "category_shares.travel" like "tier"; NULL if there is none. */
const struct audience_fact *audience_fact_find(const char *path);

enum {
	AUDIENCE_COLUMN_FACTS = 2 /* of get_audience_slice */
};
/* A member's facts, every name of the vocabulary present. NULL: what is stored cannot be read. */
const struct json *audience_facts_read(const void *parent, const struct rows *r, size_t i);

#endif
