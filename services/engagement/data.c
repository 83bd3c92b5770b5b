/*
 * data.c - JSON values made for rules to read (see data.h)
 */
#include <string.h>
#include <talloc.h>

#include "services/engagement/data.h"

struct data {
	struct json object;
};

struct data *data_new(const void *parent)
{
	struct data *d = talloc_zero(parent, struct data);

	d->object.kind = JSON_OBJECT;
	return d;
}

static struct json *add(struct data *d, const char *name, enum json_kind kind)
{
	struct json *j = talloc_zero(d, struct json);

	j->kind = kind;
	j->name = name;
	j->parent = &d->object;
	if (d->object.last)
		d->object.last->next = j;
	else
		d->object.first = j;
	d->object.last = j;
	d->object.count++;
	return j;
}

void data_integer(struct data *d, const char *name, int64_t value)
{
	struct json *j = add(d, name, JSON_INTEGER);

	j->integer = value;
	j->real = (double)value;
}

void data_real(struct data *d, const char *name, double value)
{
	add(d, name, JSON_REAL)->real = value;
}

void data_boolean(struct data *d, const char *name, bool value)
{
	add(d, name, JSON_BOOLEAN)->boolean = value;
}

void data_text(struct data *d, const char *name, const char *value)
{
	struct json *j = add(d, name, value ? JSON_TEXT : JSON_NULL);

	j->text = value;
	j->length = value ? strlen(value) : 0;
}

void data_day(struct data *d, const char *name, day value)
{
	char text[DAY_TEXT];

	data_text(d, name, value == DAY_NONE ? NULL : talloc_strdup(d, day_format(value, text)));
}

void data_null(struct data *d, const char *name)
{
	add(d, name, JSON_NULL);
}

void data_value(struct data *d, const char *name, const struct json *value)
{
	struct json *j = add(d, name, value->kind), *next = j->next, *parent = j->parent;

	*j = *value;
	j->name = name;
	j->next = next;
	j->parent = parent;
}

const struct json *data_object(struct data *d, const struct json *behind)
{
	if (behind) {
		if (d->object.last)
			d->object.last->next = behind->first;
		else
			d->object.first = behind->first;
		d->object.count += behind->count;
	}
	return &d->object;
}
