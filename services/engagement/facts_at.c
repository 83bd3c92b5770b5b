/*
 * facts_at.c - a member's facts as they are on a day (see facts_at.h)
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/facts_moved.h"
#include "services/engagement/data.h"
#include "services/engagement/facts_at.h"

static bool is_number(const struct json *v)
{
	return v && v->kind == JSON_INTEGER;
}

static int64_t points_until(const struct member_view *m, day last)
{
	int64_t points = 0;
	size_t i;

	for (i = 0; i < m->lot_count && m->lots[i].last_day <= last; i++)
		points += m->lots[i].points;
	return points;
}

static void move_points(struct data *d, struct member_view *m, int64_t ended)
{
	int64_t balance = json_get_integer(m->facts, "points_balance", 0);

	data_integer(d, "points_balance", balance - ended);
	data_integer(d, "points_expiring_7d", points_until(m, m->today + 7));
	data_integer(d, "points_expiring_30d", points_until(m, m->today + 30));
	data_integer(d, "points_expiring_90d", points_until(m, m->today + 90));
	if (m->lot_count > 0)
		data_integer(d, "points_expire_in_days", m->lots[0].last_day - m->today);
	else
		data_null(d, "points_expire_in_days");
}

static int by_end(const void *a, const void *b)
{
	const struct lot *x = a, *y = b;

	if (x->last_day != y->last_day)
		return x->last_day < y->last_day ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* [id, earned, expires, remaining]; what ends at midnight ends with the day before. */
static void read_lots(struct member_view *m, const struct json *lots)
{
	const struct json *row, *id, *earned, *expires, *left;

	m->lots = talloc_array(m, struct lot, lots ? lots->count + 1 : 1);
	for (row = lots && lots->kind == JSON_ARRAY ? lots->first : NULL; row; row = row->next) {
		id = row->first;
		earned = id ? id->next : NULL;
		expires = earned ? earned->next : NULL;
		left = expires ? expires->next : NULL;
		if (left && is_number(expires) && left->integer > 0)
			m->lots[m->lot_count++] = (struct lot){id->text, left->integer,
							       tz_day(m->zone, expires->integer - 1)};
	}
	qsort(m->lots, m->lot_count, sizeof(*m->lots), by_end);
}

/* Takes off what has ended before today, and returns how much of that the facts still count. */
static int64_t end_lots(struct member_view *m, day counted)
{
	size_t i, before, gone;
	int64_t ended = 0;

	for (before = gone = i = 0; i < m->lot_count && m->lots[i].last_day < m->today; i++) {
		before += m->lots[i].last_day < m->looked;
		ended += m->lots[i].last_day >= counted ? m->lots[i].points : 0;
		gone++;
	}
	m->ended = m->lots + before;
	m->ended_count = gone - before;
	m->lots += gone;
	m->lot_count -= gone;
	return ended;
}

static day day_of(const struct json *facts, const char *name)
{
	day d;

	return day_parse(json_get_text(facts, name, ""), &d) ? d : DAY_NONE;
}

static day enrolled_on(const struct json *facts, const struct tz *zone)
{
	instant t;

	return instant_parse(json_get_text(facts, "enrolled_at", ""), &t) ? tz_day(zone, t) : DAY_NONE;
}

struct member_view *member_view_new(const void *parent, const char *member_id, const struct json *facts,
				    const struct json *lots, const struct catalogue *c, instant looked,
				    instant now)
{
	struct member_view *m = talloc_zero(parent, struct member_view);
	struct data *d = data_new(m);
	int64_t ended;
	day stored;

	m->member_id = member_id;
	m->catalogue = c;
	m->zone = tz_find(json_get_text(facts, "time_zone", ""));
	if (m->zone == NULL)
		m->zone = c->zone;
	m->now = now;
	m->today = tz_day(m->zone, now);
	m->looked = tz_day(m->zone, looked < now ? looked : now);
	m->facts = facts;
	m->birth = day_of(facts, "birth_date");
	m->enrolled = enrolled_on(facts, m->zone);
	stored = day_of(facts, "day");
	read_lots(m, lots);
	ended = end_lots(m, stored == DAY_NONE ? m->today : stored);
	if (stored == DAY_NONE || stored == m->today)
		return m;
	move_points(d, m, ended);
	m->facts = data_object(d, facts_moved(m, facts, m->zone, m->today));
	return m;
}
