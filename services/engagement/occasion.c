/*
 * occasion.c - what an alert is about, so that it is told once: names, leads, and what was told before
 */
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/engagement/look.h"

const char *alert_id_of(const void *parent, const char *rule_id, const char *member_id, const char *occasion)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char *text = talloc_asprintf(parent, "%s\n%s\n%s", rule_id, member_id, occasion);
	char hex[33];
	int i;

	SHA256((const unsigned char *)text, strlen(text), digest);
	for (i = 0; i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	talloc_free(text);
	return talloc_asprintf(parent, "al_%s", hex);
}

static const int on_the_day[] = {0};

static const int *leads_of(const struct rule *r, size_t *count)
{
	bool returns = r->about == ABOUT_BIRTHDAY || r->about == ABOUT_ANNIVERSARY;

	*count = r->lead_count > 0 ? r->lead_count : returns ? 1 : 0;
	return r->lead_count > 0 ? r->leads : on_the_day;
}

bool occasion_begun(const struct rule *r, day last_day, day today, size_t *at, int *lead)
{
	day left = last_day - today;
	const int *leads;
	size_t count, i;

	leads = leads_of(r, &count);
	*at = 0;
	*lead = -1;
	if (count == 0)
		return true;
	if (last_day == DAY_NONE || left > leads[0])
		return false;
	for (i = 0; i + 1 < count && leads[i + 1] >= left; i++)
		;
	*at = i;
	*lead = r->lead_count > 0 ? leads[i] : -1;
	return true;
}

/* On the day that a lead begins a rule is asked at its slot. */
bool occasion_asked(const struct look *l, const struct rule *r, const struct subject *s)
{
	size_t count;
	const int *leads = leads_of(r, &count);
	day begins = count > 0 ? s->last_day - leads[count - 1] : DAY_NONE;

	if (count == 0 || l->m->looked < begins)
		return false;
	if (l->m->looked > begins || !r->schedule.set)
		return true;
	return tz_day(l->m->zone, schedule_slot(&r->schedule, l->m->zone, l->spread, l->judged_at)) == begins;
}

const char *occasion_key(struct look *l, const struct rule *r, const struct subject *s, const struct cause *c)
{
	const struct json *value = NULL;
	const char *error;
	char text[DAY_TEXT];

	if (r->occasion && !logic_evaluate(l, r->occasion, s->facts, NULL, &value, &error))
		l->fault = talloc_asprintf(l, "/occasion%s", error);
	if (value) {
		if (value->kind == JSON_TEXT)
			return value->text;
		if (value->kind == JSON_INTEGER)
			return talloc_asprintf(l, "%lld", (long long)value->integer);
	}
	if (c)
		return c->event_id;
	return s->key[0] ? s->key : talloc_strdup(l, day_format(l->m->today, text));
}

const char *occasion_of(struct look *l, const char *key, int lead)
{
	return lead < 0 ? talloc_strndup(l, key, 200) : talloc_asprintf(l, "%.200s|%d", key, lead);
}

const struct past_alert *past_alert_of(const struct look *l, const char *alert_id)
{
	size_t i;

	for (i = 0; i < l->past_count; i++)
		if (strcmp(l->past[i].alert_id, alert_id) == 0)
			return &l->past[i];
	return NULL;
}

static bool told(const struct past_alert *p, const struct rule *r, int lead, const char *lot)
{
	const char *bar = strrchr(p->occasion, '|');

	return strcmp(p->rule_id, r->rule_id) == 0 && bar && strtol(bar + 1, NULL, 10) == lead &&
	       json_get(p->lots, lot);
}

/* Also under another day, if the member's zone has changed since. */
bool lots_told(const struct look *l, const struct rule *r, const struct subject *s)
{
	size_t i, k;

	for (i = 0; i < s->lot_count; i++) {
		for (k = 0; k < l->past_count && !told(&l->past[k], r, s->lead, s->lots[i].id); k++)
			;
		if (k == l->past_count)
			return false;
	}
	return s->lot_count > 0;
}
