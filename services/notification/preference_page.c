/*
 * preference_page.c - the preference centre as a page's data
 */
#include <string.h>
#include <talloc.h>

#include "common/tz.h"
#include "services/notification/preference_page.h"

struct showing {
	struct json_writer *w;
	const struct link *l;
	const struct form *form;          /* NULL: what holds is shown */
	const struct form_wishes *wishes; /* with the form: its faults */
};

/* What the form says, or else what holds. */
static bool flag(const struct showing *s, const struct json *holds, const char *member, const char *field)
{
	return s->form ? form_get(s->form, field) != NULL : json_get_boolean(holds, member, false);
}

static const char *chosen(const struct showing *s, const char *field, const char *holds)
{
	const char *given = s->form ? form_get(s->form, field) : holds;

	return given ? given : "";
}

/* --- what about, and over what ---------------------------------------------------------------------- */

static void put_channels(const struct showing *s, const struct category *c)
{
	const struct json *holds = json_get(json_get(s->l->holds, "categories"), c->name);
	int i;

	json_open_array(s->w, "channels");
	for (i = 0; i < CHANNEL_COUNT; i++) {
		const char *channel = channel_name((enum channel)i), *field;

		if (!preference_offered(s->l, c, (enum channel)i))
			continue;
		field = talloc_asprintf(s->w, "c.%s.%s", c->name, channel);
		json_open_object(s->w, NULL);
		json_put_text(s->w, "field", field);
		json_put_text(s->w, "name", link_words(s->l, "channel", channel));
		json_put_boolean(s->w, "on", flag(s, holds, channel, field));
		json_close(s->w);
	}
	json_close(s->w);
}

static void put_class(const struct showing *s, enum category_class class)
{
	const char *name = category_class_name(class);
	size_t i;

	json_open_object(s->w, NULL);
	json_put_text(s->w, "group", name);
	json_put_text(s->w, "heading", link_words(s->l, "class", name));
	json_put_text(s->w, "about", link_words(s->l, "class.about", name));
	json_put_boolean(s->w, "asks_consent", class == CLASS_MARKETING);
	json_put_boolean(s->w, "consent", flag(s, s->l->holds, "marketing_consent", "marketing_consent"));
	json_open_array(s->w, "categories");
	for (i = 0; i < category_count; i++) {
		if (categories[i].class != class)
			continue;
		json_open_object(s->w, NULL);
		json_put_text(s->w, "category", categories[i].name);
		json_put_text(s->w, "name", link_words(s->l, "category", categories[i].name));
		json_put_text(s->w, "text", link_words(s->l, "about", categories[i].name));
		put_channels(s, &categories[i]);
		json_close(s->w);
	}
	json_close(s->w);
	json_close(s->w);
}

/* --- how often, when, in what language ---------------------------------------------------------------- */

static void put_option(const struct showing *s, const char *value, const char *name, const char *now)
{
	json_open_object(s->w, NULL);
	json_put_text(s->w, "value", value);
	json_put_text(s->w, "name", name);
	json_put_boolean(s->w, "on", strcmp(value, now) == 0);
	json_close(s->w);
}

static void put_frequencies(const struct showing *s)
{
	static const char *const values[] = {"immediate", "daily", "weekly"};
	const char *now = chosen(s, "frequency", json_get_text(s->l->holds, "frequency", "immediate"));
	size_t i;

	json_open_array(s->w, "frequencies");
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		put_option(s, values[i], link_words(s->l, "frequency", values[i]), now);
	json_close(s->w);
}

/* A language that the page does not offer stays as long as nothing else is chosen. */
static void put_locales(const struct showing *s)
{
	const char *now = preference_language(s->w, s->l->holds);
	const char *picked = chosen(s, "locale", now);

	json_open_array(s->w, "locales");
	put_option(s, "en", link_words(s->l, "locale", "en"), picked);
	put_option(s, "de", link_words(s->l, "locale", "de"), picked);
	if (strcmp(now, "en") != 0 && strcmp(now, "de") != 0)
		put_option(s, now, now, picked);
	json_close(s->w);
}

static char *zone_words(const struct showing *s, const char *name)
{
	const char *slash = strchr(name, '/');
	char *words = talloc_strdup(s->w, slash ? slash + 1 : name), *c;

	for (c = words; *c; c++)
		if (*c == '_')
			*c = ' ';
	return words;
}

/* The zones from the first on that are in its region; how many. */
static size_t put_region(const struct showing *s, const char *const *names, size_t count, const char *now)
{
	size_t length = strcspn(names[0], "/"), i;

	json_open_object(s->w, NULL);
	json_put_text(s->w, "region", link_words(s->l, "region", talloc_strndup(s->w, names[0], length)));
	json_open_array(s->w, "zones");
	for (i = 0; i < count && (i == 0 || strncmp(names[i], names[0], length + 1) == 0); i++)
		put_option(s, names[i], zone_words(s, names[i]), now);
	json_close(s->w);
	json_close(s->w);
	return i;
}

static void put_regions(const struct showing *s, const char *now)
{
	size_t i, count;
	const char *const *names = time_zones(&count);

	json_open_array(s->w, "regions");
	for (i = 0; i < count;)
		i += put_region(s, names + i, count - i, now);
	json_close(s->w);
}

static bool zone_listed(const char *name)
{
	size_t i, count;
	const char *const *names = time_zones(&count);

	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void put_quiet(const struct showing *s)
{
	const struct json *quiet = json_get(s->l->holds, "quiet_hours");
	bool held = quiet && quiet->kind == JSON_OBJECT;
	const char *own = preference_own_zone(s->l);
	const char *zone = chosen(s, "time_zone", held ? preference_quiet_zone(s->l, quiet) : "");

	json_put_boolean(s->w, "quiet", s->form ? form_get(s->form, "quiet") != NULL : held);
	json_put_text(s->w, "quiet_from", chosen(s, "quiet_from", json_get_text(quiet, "from", "22:00")));
	json_put_text(s->w, "quiet_to", chosen(s, "quiet_to", json_get_text(quiet, "to", "08:00")));
	json_put_text(s->w, "own_zone", *own ? zone_words(s, own) : "UTC");
	json_put_boolean(s->w, "own_zone_on", *zone == '\0');
	if (*zone && !zone_listed(zone) && tz_find(zone)) /* an old name of one */
		json_put_text(s->w, "other_zone", zone);
	put_regions(s, zone);
}

/* --- the page ----------------------------------------------------------------------------------------- */

static void put_faults(const struct showing *s)
{
	const struct form_fault *f;
	const char *words;

	json_open_array(s->w, "faults");
	for (f = s->wishes->faults; f < s->wishes->faults + s->wishes->fault_count; f++) {
		json_open_object(s->w, NULL);
		json_put_text(s->w, "field", f->field);
		json_put_text(s->w, "name", link_words(s->l, "field", f->field));
		json_put_text(s->w, "text", link_words(s->l, "fault", f->words));
		json_close(s->w);
	}
	json_close(s->w);
	for (f = s->wishes->faults; f < s->wishes->faults + s->wishes->fault_count; f++) {
		words = link_words(s->l, "fault", f->words);
		json_put_text(s->w, talloc_asprintf(s->w, "%s_fault", f->field), words);
	}
}

static void put_all(const struct showing *s)
{
	int class;

	json_put_integer(s->w, "version", s->l->preferences->version);
	json_open_array(s->w, "classes");
	for (class = 0; class < CLASS_COUNT; class ++)
		put_class(s, (enum category_class) class);
	json_close(s->w);
	put_frequencies(s);
	put_quiet(s);
	put_locales(s);
	json_put_boolean(s->w, "tracking", flag(s, s->l->holds, "tracking_consent", "tracking_consent"));
	json_put_boolean(s->w, "stopped", flag(s, s->l->holds, "global_opt_out", "global_opt_out"));
	address_put_list(s->w, s->l);
}

reply preference_page(struct request *req, const struct link *l, enum preference_view view,
		      const struct form_wishes *wishes, const struct form *form)
{
	static const int statuses[] = {
		[VIEW_PLAIN] = 200, [VIEW_SAVED] = 200, [VIEW_CONFLICT] = 412, [VIEW_FAULTS] = 422};
	struct showing s = {link_data(req, l), l, form, wishes};

	json_put_text(s.w, "title", link_words(l, "preferences", "title"));
	json_put_boolean(s.w, "saved", view == VIEW_SAVED && wishes->different);
	json_put_boolean(s.w, "unchanged", view == VIEW_SAVED && !wishes->different);
	json_put_boolean(s.w, "conflict", view == VIEW_CONFLICT);
	json_put_boolean(s.w, "faulty", view == VIEW_FAULTS);
	if (view == VIEW_SAVED)
		preference_put_changes(s.w, l, wishes->patch);
	if (view == VIEW_FAULTS)
		put_faults(&s);
	put_all(&s);
	return link_page(req, statuses[view], l, "preferences", s.w);
}
