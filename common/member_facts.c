/*
 * member_facts.c - what a rule may ask of a member (see member_facts.h)
 */
#include <string.h>
#include <talloc.h>

#include "common/member_facts.h"
#include "gen/sql/common.h"

const char *fact_type_name(enum fact_type t)
{
	static const char *const names[FACT_TYPE_COUNT] = {
		[FACT_TEXT] = "text",       [FACT_INTEGER] = "integer", [FACT_NUMBER] = "number",
		[FACT_INSTANT] = "instant", [FACT_DATE] = "date",       [FACT_OBJECT] = "object",
		[FACT_ARRAY] = "array"};

	return names[t];
}

const struct fact *fact_find(const char *path)
{
	size_t length = strcspn(path, "."), i;
	const struct fact *f;

	for (i = 0; i < fact_count; i++)
		if (strlen(fact_table[i].name) == length && strncmp(fact_table[i].name, path, length) == 0)
			break;
	f = i < fact_count ? &fact_table[i] : NULL;
	return f && (path[length] == '\0' || f->type == FACT_OBJECT || f->type == FACT_ARRAY) ? f : NULL;
}

static void add_member(struct json *object, struct json *value, const char *name)
{
	value->name = name;
	value->parent = object;
	if (object->last)
		object->last->next = value;
	else
		object->first = value;
	object->last = value;
	object->count++;
}

static void set_text(struct json *j, const char *text)
{
	j->kind = JSON_TEXT;
	j->text = text;
	j->length = strlen(text);
}

static void set_value(struct json *j, const struct rows *r, size_t i, const struct fact *f)
{
	char time[INSTANT_TEXT];
	int column = FACTS_COLUMN_FIRST + f->column;

	if (row_null(r, i, column)) {
		j->kind = JSON_NULL;
	} else if (f->type == FACT_INTEGER) {
		j->kind = JSON_INTEGER;
		j->integer = row_integer(r, i, column);
		j->real = (double)j->integer;
	} else if (f->type == FACT_INSTANT) {
		set_text(j, talloc_strdup(j, instant_format(row_instant(r, i, column), time)));
	} else if (f->type == FACT_DATE) {
		set_text(j, talloc_strdup(j, day_format(row_day(r, i, column), time)));
	} else {
		set_text(j, row_text(r, i, column));
	}
}

/* The document knows a tier, too: that of the row, which candidates are found by, takes its place. */
static struct json *place_for(struct json *object, const struct fact *f)
{
	struct json *j;

	for (j = strcmp(f->name, "tier") == 0 ? object->first : NULL; j; j = j->next)
		if (strcmp(j->name, f->name) == 0)
			return j;
	j = talloc_zero(object, struct json);
	add_member(object, j, f->name);
	return j;
}

const struct json *member_facts_read(const void *parent, const struct rows *r, size_t i)
{
	const char *error, *text;
	struct json *object;
	size_t length, k;

	text = row_bytes(r, i, FACTS_COLUMN_DOCUMENT, &length);
	object = text ? json_parse(parent, text, length, &error) : NULL;
	if (object == NULL || object->kind != JSON_OBJECT)
		return NULL;
	for (k = 0; k < fact_count; k++)
		if (fact_table[k].column >= 0)
			set_value(place_for(object, &fact_table[k]), r, i, &fact_table[k]);
	return object;
}

struct member_facts *member_facts_load(struct db *db, const void *parent, const char *const *ids,
				       size_t count, size_t *found)
{
	struct db_array *wanted = db_array_new(parent, DB_TEXT, count);
	struct member_facts *out;
	struct rows *r;
	size_t i;

	for (i = 0; i < count; i++)
		db_array_text(wanted, ids[i]);
	r = db_query(db, parent, SQL_COMMON_GET_MEMBER_FACTS, "a", wanted);
	*found = rows_count(r);
	out = talloc_zero_array(parent, struct member_facts, *found + 1);
	for (i = 0; i < *found; i++)
		out[i] = (struct member_facts){.member_id = row_text(r, i, FACTS_COLUMN_MEMBER),
					       .position = row_integer(r, i, FACTS_COLUMN_POSITION),
					       .facts_day = row_null(r, i, FACTS_COLUMN_DAY)
								    ? DAY_NONE
								    : row_day(r, i, FACTS_COLUMN_DAY),
					       .facts = member_facts_read(out, r, i)};
	return db_failed(db) ? NULL : out;
}
