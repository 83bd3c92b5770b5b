/*
 * facts_moved.c - facts on another day (see facts_moved.h)
 */
#include <talloc.h>

#include "common/facts_moved.h"

/* Facts that grow by one a day, and those that shrink; of the latter null is what is over. */
static const char *const growing[] = {"days_since_purchase", "days_since_redemption", "tenure_days",
				      "enrolled_days"};
static const char *const shrinking[] = {"tier_deadline_days", "streak_weeks_days_left",
					"streak_months_days_left"};

/* One more value; the first of a name is the one that is found. */
static struct json *put(struct json *object, const char *name, enum json_kind kind)
{
	struct json *j = talloc_zero(object, struct json);

	j->kind = kind;
	j->name = name;
	j->parent = object;
	j->next = object->first;
	object->first = j;
	object->count++;
	return j;
}

static void put_days(struct json *object, const char *name, int64_t days)
{
	struct json *j = put(object, name, JSON_INTEGER);

	j->integer = days;
	j->real = (double)days;
}

static void move_counters(struct json *object, const struct json *facts, day by)
{
	const struct json *v;
	size_t i;

	for (i = 0; i < sizeof(growing) / sizeof(growing[0]); i++)
		if ((v = json_get(facts, growing[i])) != NULL && v->kind == JSON_INTEGER)
			put_days(object, growing[i], v->integer + by);
	for (i = 0; i < sizeof(shrinking) / sizeof(shrinking[0]); i++) {
		if ((v = json_get(facts, shrinking[i])) == NULL || v->kind != JSON_INTEGER)
			continue;
		if (v->integer >= by)
			put_days(object, shrinking[i], v->integer - by);
		else
			put(object, shrinking[i], JSON_NULL);
	}
}

static void move_returns(struct json *object, const struct json *facts, const struct tz *zone, day to)
{
	instant enrolled;
	day birth, joined;

	if (day_parse(json_get_text(facts, "birth_date", ""), &birth))
		put_days(object, "birthday_in_days", day_anniversary(birth, to) - to);
	if (!instant_parse(json_get_text(facts, "enrolled_at", ""), &enrolled))
		return;
	joined = tz_day(zone, enrolled);
	put_days(object, "anniversary_in_days", day_anniversary(joined, to) - to);
}

static void move_day(struct json *object, day to)
{
	struct json *j = put(object, "day", JSON_TEXT);
	char text[DAY_TEXT];

	j->text = talloc_strdup(object, day_format(to, text));
	j->length = talloc_get_size(j->text) - 1;
}

const struct json *facts_moved(const void *parent, const struct json *facts, const struct tz *zone, day to)
{
	struct json *object;
	day from;

	if (!day_parse(json_get_text(facts, "day", ""), &from) || from == to)
		return facts;
	object = talloc_zero(parent, struct json);
	object->kind = JSON_OBJECT;
	object->first = facts->first;
	object->count = facts->count;
	move_day(object, to);
	move_counters(object, facts, to - from);
	move_returns(object, facts, zone, to);
	return object;
}
