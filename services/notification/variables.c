/*
 * variables.c - a template's variables, and their texts for the reader
 */
#include <string.h>
#include <talloc.h>

#include "common/locale_text.h"
#include "common/tz.h"
#include "services/notification/variables.h"

enum {
	TEXTS_MAX = 300 /* of one message */
};

const struct json *variables_for(const void *parent, const struct json *values, const struct recipient *r,
				 const char *locale, const char *unsubscribe, const char *preferences)
{
	const char *name = json_get_text(r->profile, "name", ""), *error, *text;
	struct json_writer *w = json_writer_new(parent);
	const struct json *v;
	size_t length;

	json_open_object(w, NULL);
	for (v = values ? values->first : NULL; v; v = v->next)
		if (strcmp(v->name, "member") != 0 && strcmp(v->name, "links") != 0)
			json_put_value(w, v->name, v);
	json_open_object(w, "member");
	json_put_text(w, "name", name);
	json_put_text_n(w, "first_name", name, strcspn(name, " "));
	json_put_text(w, "locale", locale);
	json_put_text(w, "time_zone", tz_name(r->zone));
	json_close(w);
	json_open_object(w, "links");
	json_put_text(w, "unsubscribe", unsubscribe);
	json_put_text(w, "preferences", preferences);
	json_close(w);
	json_close(w);
	text = json_text(w, &length);
	return json_parse(parent, text, length, &error);
}

/* --- texts ----------------------------------------------------------------------------------------- */

struct writing {
	struct json_writer *w;
	const struct locale_rules *locale;
	const struct tz *zone;
	const char *currency; /* of the whole message */
	int left;
};

static bool ends_in(const char *name, const char *end)
{
	size_t a = strlen(name), b = strlen(end);

	return a > b && strcmp(name + a - b, end) == 0;
}

static bool tells_an_end(const char *name)
{
	static const char *const names[] = {"deadline", "expires_at", "valid_until", "valid_to"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* NULL: it is no date. */
static const char *day_text(const struct writing *g, const struct json *v)
{
	instant at;
	day d;

	if (day_parse(v->text, &d))
		return locale_day(g->w, g->locale, d);
	if (!instant_parse(v->text, &at))
		return NULL;
	if (tells_an_end(v->name))
		at--;
	return locale_day(g->w, g->locale, tz_day(g->zone, at));
}

static void put_text(struct writing *g, const struct json *object, const char *name, const char *text)
{
	if (text == NULL || json_get(object, name) || g->left == 0)
		return;
	json_put_text(g->w, name, text);
	g->left--;
}

static const char *currency_of(const struct writing *g, const struct json *object)
{
	const char *own = json_get_text(object, "currency", g->currency);

	return own && strlen(own) == 3 ? own : NULL;
}

static void put_number(struct writing *g, const struct json *object, const struct json *v)
{
	const char *one = talloc_asprintf(g->w, "%s_one", v->name);

	if (json_get(object, talloc_asprintf(g->w, "%s_minor", v->name)))
		return; /* the amount tells it better */
	put_text(g, object, talloc_asprintf(g->w, "%s_text", v->name),
		 v->kind == JSON_INTEGER ? locale_integer(g->w, g->locale, v->integer)
					 : locale_real(g->w, g->locale, v->real));
	if (v->real == 1 && json_get(object, one) == NULL)
		json_put_boolean(g->w, one, true);
}

static void put_written(struct writing *g, const struct json *object, const struct json *v)
{
	const char *currency = currency_of(g, object);

	if (v->kind == JSON_TEXT)
		put_text(g, object, talloc_asprintf(g->w, "%s_text", v->name), day_text(g, v));
	else if (v->kind == JSON_INTEGER && currency && ends_in(v->name, "_minor"))
		put_text(g, object, talloc_asprintf(g->w, "%.*s_text", (int)strlen(v->name) - 6, v->name),
			 locale_money(g->w, g->locale, v->integer, currency));
	else if (v->kind == JSON_INTEGER || v->kind == JSON_REAL)
		put_number(g, object, v);
}

static bool bad_link(const struct json *v)
{
	return v->kind == JSON_TEXT && strcmp(v->name, "link") == 0 && strncmp(v->text, "https://", 8) != 0;
}

static void put_all(struct writing *g, const struct json *v, const char *name)
{
	const struct json *member;

	if (v->kind != JSON_OBJECT && v->kind != JSON_ARRAY) {
		json_put_value(g->w, name, v);
		return;
	}
	if (v->kind == JSON_OBJECT)
		json_open_object(g->w, name);
	else
		json_open_array(g->w, name);
	for (member = v->first; member; member = member->next)
		if (v->kind == JSON_ARRAY || !bad_link(member)) {
			put_all(g, member, v->kind == JSON_OBJECT ? member->name : NULL);
			if (v->kind == JSON_OBJECT)
				put_written(g, v, member);
		}
	json_close(g->w);
}

struct json *variables_written(const void *parent, const struct json *variables, const char *locale)
{
	const char *zone = json_get_text(json_get(variables, "member"), "time_zone", "UTC"), *error, *text;
	struct writing g = {.w = json_writer_new(parent),
			    .locale = locale_find(locale),
			    .zone = tz_find(zone),
			    .currency = json_get_text(variables, "currency", NULL),
			    .left = TEXTS_MAX};
	struct json *out;
	size_t length;

	if (g.zone == NULL)
		g.zone = tz_utc();
	put_all(&g, variables, NULL);
	text = json_text(g.w, &length);
	out = json_parse(parent, text, length, &error);
	talloc_free(g.w);
	return out;
}
