/*
 * store_look.c - looks as rows: who is due, and what is known about them (see store_look.h)
 */
#include <string.h>
#include <talloc.h>

#include "common/member_facts.h"
#include "gen/sql/engagement.h"
#include "services/engagement/engager.h"
#include "services/engagement/store_look.h"

/* What was told before that no rule's cool-down or occasion reaches back to. */
#define HISTORY (400 * DAY_SECONDS * SECOND)

static struct db_array *texts(const void *parent, const char *const *names, size_t count)
{
	struct db_array *a = db_array_new(parent, DB_TEXT, count);
	size_t i;

	for (i = 0; i < count; i++)
		db_array_text(a, names[i]);
	return a;
}

struct rows *store_claim(struct db *db, const void *parent, const char *const *named, size_t count)
{
	if (named)
		return db_query(db, parent, SQL_ENGAGEMENT_CLAIM_NAMED, "a", texts(parent, named, count));
	return db_query(db, parent, SQL_ENGAGEMENT_CLAIM_DUE, "i", (int64_t)count);
}

static const struct json *read_text(const void *parent, const char *text)
{
	const char *error;

	return text ? json_parse(parent, text, strlen(text), &error) : NULL;
}

static const struct json *json_at(const void *parent, const struct rows *r, size_t i, int column)
{
	return row_null(r, i, column) ? NULL : read_text(parent, row_text(r, i, column));
}

/* --- causes -------------------------------------------------------------------------------------------- */

static instant instant_of(const struct json *v, const char *name)
{
	instant t;

	return instant_parse(json_get_text(v, name, ""), &t) ? t : INSTANT_MIN;
}

static void read_causes(struct look *l, const char *text)
{
	const struct json *list = read_text(l, text), *v;
	struct cause *c;

	l->causes = talloc_zero_array(l, struct cause, list ? list->count + 1 : 1);
	for (v = list ? list->first : NULL; v; v = v->next) {
		if (json_get(v, "ahead")) {
			l->ahead = instant_of(v, "ahead") > l->ahead ? instant_of(v, "ahead") : l->ahead;
			continue;
		}
		c = &l->causes[l->cause_count++];
		c->rule_id = json_get_text(v, "rule_id", NULL);
		c->event_id = json_get_text(v, "event_id", "");
		c->data = json_get(v, "data");
		c->offer = json_get(v, "offer") != NULL;
		c->fault = json_get_text(v, "fault", NULL);
		c->at = instant_of(v, "at");
	}
}

/* --- what is known of the members ------------------------------------------------------------------------
 */

static void read_wishes(struct look *l, const struct rows *r, size_t i)
{
	l->wishes = (struct wishes){.opted_out = row_boolean(r, i, 2),
				    .marketing = row_boolean(r, i, 3),
				    .categories = json_at(l, r, i, 4),
				    .quiet = json_at(l, r, i, 5)};
}

static struct past_alert past_of(struct look *l, const struct rows *r, size_t i)
{
	return (struct past_alert){.alert_id = row_text(r, i, 1),
				   .rule_id = row_text(r, i, 2),
				   .occasion = row_text(r, i, 3),
				   .state = (enum alert_state)row_integer(r, i, 4),
				   .created = row_instant(r, i, 5),
				   .valid_until = row_instant(r, i, 6),
				   .points = row_integer(r, i, 7),
				   .facts = json_at(l, r, i, 8),
				   .lots = json_at(l, r, i, 9)};
}

/* Rows come by member, and the looks in the order of the claim. */
static void read_past(struct look **looks, size_t count, const struct rows *r)
{
	size_t i, k, from, to;

	for (from = 0; from < rows_count(r); from = to) {
		for (to = from + 1;
		     to < rows_count(r) && strcmp(row_text(r, to, 0), row_text(r, from, 0)) == 0; to++)
			;
		for (k = 0; k < count; k++)
			if (looks[k] && strcmp(looks[k]->m->member_id, row_text(r, from, 0)) == 0)
				break;
		if (k == count)
			continue;
		looks[k]->past = talloc_array(looks[k], struct past_alert, to - from);
		for (i = from; i < to; i++)
			looks[k]->past[looks[k]->past_count++] = past_of(looks[k], r, i);
	}
}

/* If the clock has been set back since, the slots of the day are asked again: what was told is told once. */
static instant look_before(const struct member_view *m, instant judged_at)
{
	return judged_at <= m->now + CLOCK_TOLERANCE ? judged_at : tz_day_start(m->zone, m->today) - 1;
}

static struct look *look_new(const void *parent, const struct catalogue *c, const struct claimed *member,
			     const struct member_facts *f, const struct rows *r, size_t i, instant now)
{
	struct look *l = talloc_zero(parent, struct look);

	l->catalogue = c;
	l->judged = read_text(l, member->judged);
	l->by_event = member->by_event;
	l->m = member_view_new(l, member->member_id, f->facts, json_at(l, r, i, 1), c, member->judged_at,
			       now);
	l->judged_at = look_before(l->m, member->judged_at);
	l->locale = json_get_text(f->facts, "locale", "en");
	l->spread = holdout_share(c->holdout_key, "slot", member->member_id);
	l->per_day = (int)engagement.per_day;
	l->per_week = (int)engagement.per_week;
	l->oldest = now - engagement.patience;
	l->ahead = INSTANT_NONE;
	read_causes(l, member->causes);
	read_wishes(l, r, i);
	return l;
}

/* An event that the facts do not count yet is not judged. */
static bool fresh(const struct member_facts *f, const struct claimed *member)
{
	return f->facts && (member->position == CLAIM_ANY_FACTS ||
			    (f->facts_day != DAY_NONE && f->position >= member->position));
}

struct look **store_looks(struct db *db, const void *parent, const struct catalogue *c,
			  const struct claimed *claimed, size_t count, instant now)
{
	struct look **looks = talloc_zero_array(parent, struct look *, count + 1);
	const char **ids = talloc_array(looks, const char *, count + 1);
	struct member_facts *facts;
	struct rows *beside, *past;
	size_t i, k, found;

	for (i = 0; i < count; i++)
		ids[i] = claimed[i].member_id;
	db_send(db, SQL_ENGAGEMENT_GET_LOOKED_AT, "a", texts(looks, ids, count));
	db_send(db, SQL_ENGAGEMENT_GET_PAST_ALERTS, "az", texts(looks, ids, count), now - HISTORY);
	beside = db_next(db, looks);
	past = db_next(db, looks);
	facts = member_facts_load(db, looks, ids, count, &found);
	if (facts == NULL || rows_count(beside) != count)
		return NULL;
	for (i = 0, k = 0; i < count && k < found; i++) {
		if (strcmp(facts[k].member_id, ids[i]) != 0)
			continue;
		if (fresh(&facts[k], &claimed[i]))
			looks[i] = look_new(looks, c, &claimed[i], &facts[k], beside, i, now);
		k++;
	}
	read_past(looks, count, past);
	return looks;
}
