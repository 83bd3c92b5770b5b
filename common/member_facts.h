/*
 * member_facts.h - what a rule may ask of a member: the vocabulary, and a member's facts in it
 *
 * The vocabulary is declared in proto/facts.toml; docs/fact-vocabulary.md lists it. Facts are kept by the
 * service that a fact names as its owner, and read through the view analytics.member_facts.
 */
#ifndef AE_MEMBER_FACTS_H
#define AE_MEMBER_FACTS_H

#include "common/db.h"
#include "common/json.h"

enum fact_type {
	FACT_TEXT,
	FACT_INTEGER,
	FACT_NUMBER,
	FACT_INSTANT, /* RFC 3339 in UTC: as texts they sort by time */
	FACT_DATE,
	FACT_OBJECT,
	FACT_ARRAY,
	FACT_TYPE_COUNT
};

/* What becomes of a fact while nothing happens to the member but time. */
enum fact_moves {
	MOVES_ANYHOW,
	MOVES_NOT,
	MOVES_UP,     /* by one a day */
	MOVES_DOWN,   /* by one a day, and is null once it was past 0 */
	MOVES_FALLS,  /* is never more than it is now */
	MOVES_RETURNS /* down, and then anything from 0 on */
};

struct fact {
	const char *name;
	enum fact_type type;
	bool nullable;
	const char *unit, *meaning, *owner;
	const char *example; /* as JSON */
	int column;          /* its place among the columns; -1: it is in the document */
	enum fact_moves moves;
};

/* Made by proto/generate.py. */
extern const struct fact fact_table[];
extern const size_t fact_count;

const char *fact_type_name(enum fact_type t);
/* The fact that a path reads, "category_shares.travel" like "tier"; NULL if there is none. */
const struct fact *fact_find(const char *path);

struct member_facts {
	const char *member_id;
	int64_t position;         /* of the last event that the columns count, in the member's shard */
	day facts_day;            /* DAY_NONE: an event has outdated the document, it is being computed */
	const struct json *facts; /* one object; NULL: none yet, or what is stored cannot be read */
};

/* Of these members, in this order, those that are kept; NULL if the database failed. All under parent. */
struct member_facts *member_facts_load(struct db *db, const void *parent, const char *const *ids,
				       size_t count, size_t *found);

/* Columns of get_member_facts and sweep_slice. */
enum {
	FACTS_COLUMN_MEMBER,
	FACTS_COLUMN_REACH, /* of sweep_slice */
	FACTS_COLUMN_POSITION,
	FACTS_COLUMN_DAY,
	FACTS_COLUMN_DOCUMENT,
	FACTS_COLUMN_FIRST /* of those in the table */
};
/* One row as an object, under parent; texts may stay in the row. NULL: what is stored cannot be read. */
const struct json *member_facts_read(const void *parent, const struct rows *r, size_t i);

#endif
