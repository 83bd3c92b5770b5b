/*
 * review.c - alerts that are open: whether their time is over, their reason gone, or their figures others
 */
#include <string.h>
#include <talloc.h>

#include "services/engagement/data.h"
#include "services/engagement/look.h"

static bool is_open(const struct past_alert *p)
{
	return p->state == ALERT_NEW || p->state == ALERT_SHOWN || p->state == ALERT_HELD_OUT;
}

/* Points that end on the alert's day: what is left of them now. */
static const struct subject *day_of(const struct past_alert *p, const struct subject *s, size_t count)
{
	size_t length = strcspn(p->occasion, "|"), i;

	for (i = 0; i < count; i++)
		if (!s[i].over && strlen(s[i].key) == length && strncmp(s[i].key, p->occasion, length) == 0)
			return &s[i];
	return NULL;
}

static void review_day(struct look *l, const struct rule *r, struct past_alert *p)
{
	struct subject subjects[SUBJECTS_MAX];
	const struct subject *s = day_of(p, subjects, subjects_of(l, r, l->m, subjects));
	struct candidate now = {.rule = r};

	if (s == NULL) {
		p->next = ALERT_WITHDRAWN;
		return;
	}
	candidate_fill(l, &now, s);
	if (!now.has_points || now.points == p->points)
		return;
	p->updated = true;
	p->next_points = now.points;
	p->next_facts = now.facts;
	p->next_lots = now.lots;
	p->next_sentence = now.sentence;
}

/* The facts of now and, as `alert`, those that it was made by. */
static void review_hold(struct look *l, const struct rule *r, struct past_alert *p)
{
	struct data *d = data_new(l);
	const struct json *value;
	const char *error;

	if (p->facts)
		data_value(d, "alert", p->facts);
	data_day(d, "today", l->m->today);
	data_integer(d, "weekday", day_weekday(l->m->today) + 1);
	if (!logic_evaluate(l, r->holds, data_object(d, l->m->facts), NULL, &value, &error))
		p->fault = talloc_asprintf(l, "/holds%s", error);
	else if (!logic_true(value))
		p->next = ALERT_WITHDRAWN;
}

static void review(struct look *l, struct past_alert *p)
{
	const struct rule *r = catalogue_rule(l->catalogue, p->rule_id);

	if (p->valid_until <= l->m->now)
		p->next = p->state == ALERT_HELD_OUT ? ALERT_HELD_OUT : ALERT_EXPIRED;
	else if (p->state != ALERT_HELD_OUT && r && r->about == ABOUT_EXPIRING_DAY)
		review_day(l, r, p);
	else if (p->state != ALERT_HELD_OUT && r && r->holds)
		review_hold(l, r, p);
}

void review_past(struct look *l)
{
	size_t i;

	for (i = 0; i < l->past_count; i++) {
		l->past[i].next = l->past[i].state;
		if (is_open(&l->past[i]))
			review(l, &l->past[i]);
	}
}
