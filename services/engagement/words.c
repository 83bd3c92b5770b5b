/*
 * words.c - what an alert says, in the member's language
 *
 * Texts of a rule are Mustache over the alert's facts, points_at_stake, value_minor and deadline; beside each
 * number and day stands `<name>_text`, as a reader of the language writes it, and `<name>_one` where a number
 * is 1. A text in English for want of the member's language has its numbers and days in English, too.
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/locale_text.h"
#include "common/mustache.h"
#include "services/engagement/data.h"
#include "services/engagement/look.h"

/* The text in the language of the locale, NULL if there is none. */
static const char *text_in(const struct json *texts, const char *locale)
{
	char language[4];

	snprintf(language, sizeof(language), "%.*s", (int)strcspn(locale, "-_"), locale);
	return json_get_text(texts, language, NULL);
}

const char *words_choose(const struct json *texts, const char *locale)
{
	const char *text = text_in(texts, locale);

	return text ? text : json_get_text(texts, "en", NULL);
}

static const char *text_name(struct data *d, const char *name)
{
	return talloc_asprintf(d, "%s_text", name);
}

/* Left out of all other numbers, which is how a template asks. */
static void add_one(struct data *d, const char *name, double value)
{
	if (value == 1)
		data_boolean(d, talloc_asprintf(d, "%s_one", name), true);
}

static void add_money(struct data *d, const struct locale_rules *l, const char *name, int64_t minor,
		      const char *currency)
{
	size_t length = strlen(name),
	       cut = length > 6 && strcmp(name + length - 6, "_minor") == 0 ? length - 6 : length;

	data_text(d, talloc_asprintf(d, "%.*s_text", (int)cut, name), locale_money(d, l, minor, currency));
}

static void add_text(struct data *d, const struct locale_rules *l, const struct json *v, const char *currency)
{
	size_t length = strlen(v->name);
	day on;

	if (v->kind == JSON_INTEGER && length > 6 && strcmp(v->name + length - 6, "_minor") == 0 && currency)
		add_money(d, l, v->name, v->integer, currency);
	else if (v->kind == JSON_INTEGER)
		data_text(d, text_name(d, v->name), locale_integer(d, l, v->integer));
	else if (v->kind == JSON_REAL)
		data_text(d, text_name(d, v->name), locale_real(d, l, v->real));
	else if (v->kind == JSON_TEXT && day_parse(v->text, &on))
		data_text(d, text_name(d, v->name), locale_day(d, l, on));
	if (v->kind == JSON_INTEGER || v->kind == JSON_REAL)
		add_one(d, v->name, v->real);
}

static const struct json *said(const void *parent, const struct locale_rules *l, const struct candidate *c,
			       const struct member_view *m)
{
	const char *currency = c->currency ? c->currency : json_get_text(c->facts, "currency", NULL);
	struct data *d = data_new(parent);
	const struct json *v;

	for (v = c->facts ? c->facts->first : NULL; v; v = v->next) {
		data_value(d, v->name, v);
		add_text(d, l, v, currency);
	}
	if (c->has_points) {
		data_text(d, "points_at_stake_text", locale_integer(d, l, c->points));
		add_one(d, "points_at_stake", (double)c->points);
	}
	if (c->has_value)
		add_money(d, l, "value_minor", c->value_minor, c->currency);
	if (c->deadline != INSTANT_NONE)
		data_text(d, "deadline_text", locale_day(d, l, tz_day(m->zone, c->deadline - 1)));
	return data_object(d, NULL);
}

const char *words_fill(const void *parent, const struct json *texts, const char *locale,
		       const struct candidate *c, const struct member_view *m)
{
	const char *text = words_choose(texts, locale), *error, *filled;
	const struct locale_rules *l = locale_find(text_in(texts, locale) ? locale : "en");
	struct mustache *template = mustache_parse(parent, text, strlen(text), &error);

	filled = template ? mustache_render(parent, template, said(parent, l, c, m), NULL, MUSTACHE_PLAIN,
					    NULL, &error)
			  : NULL;
	return filled ? filled : text;
}
