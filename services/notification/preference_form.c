/*
 * preference_form.c - what a form asks for, as a merge patch of what is different
 *
 * Only texts that are known here get into the patch: names of our tables, times of day, zones of tzdata.
 */
#include <string.h>
#include <talloc.h>

#include "common/tz.h"
#include "services/notification/preference_page.h"

struct writing {
	struct json_writer *w;
	struct form_wishes *wishes;
	const struct link *l;
	const struct form *form;
};

bool preference_offered(const struct link *l, const struct category *c, enum channel channel)
{
	const struct json *addresses = json_get(l->holds, "addresses"), *push = json_get(addresses, "push");

	if (!(c->channels & CHANNEL_BIT(channel)))
		return false;
	if (channel == CHANNEL_PUSH)
		return push && push->count > 0;
	return json_get_text(addresses, channel_name(channel), NULL) != NULL;
}

const char *preference_own_zone(const struct link *l)
{
	return json_get_text(l->preferences->profile, "time_zone", "");
}

const char *preference_quiet_zone(const struct link *l, const struct json *quiet)
{
	const char *zone = json_get_text(quiet, "time_zone", "");

	return strcmp(zone, preference_own_zone(l)) == 0 ? "" : zone;
}

const char *preference_language(const void *parent, const struct json *holds)
{
	const char *locale = json_get_text(holds, "locale", "en");

	return talloc_strndup(parent, locale, strcspn(locale, "-"));
}

static void wrong(struct writing *wr, const char *field, const char *words)
{
	if (wr->wishes->fault_count < FORM_FAULTS_MAX)
		wr->wishes->faults[wr->wishes->fault_count++] = (struct form_fault){field, words};
}

/* --- what is ticked --------------------------------------------------------------------------------- */

static bool ticked(const struct form *form, const struct category *c, enum channel channel)
{
	char name[2 * CATEGORY_NAME_MAX];

	snprintf(name, sizeof(name), "c.%s.%s", c->name, channel_name(channel));
	return form_get(form, name) != NULL;
}

/* The objects around a wish are opened by the first one: there may be none. */
static void put_category(struct writing *wr, const struct category *c, bool *any)
{
	const struct json *holds = json_get(json_get(wr->l->holds, "categories"), c->name);
	bool opened = false;
	int i;

	for (i = 0; i < CHANNEL_COUNT; i++) {
		enum channel channel = (enum channel)i;
		bool on = ticked(wr->form, c, channel);

		if (!preference_offered(wr->l, c, channel) ||
		    on == json_get_boolean(holds, channel_name(channel), false))
			continue;
		if (!*any)
			json_open_object(wr->w, "categories");
		if (!opened)
			json_open_object(wr->w, c->name);
		*any = opened = true;
		json_put_boolean(wr->w, channel_name(channel), on);
	}
	if (opened)
		json_close(wr->w);
}

static void put_categories(struct writing *wr)
{
	bool any = false;
	size_t i;

	for (i = 0; i < category_count; i++)
		put_category(wr, &categories[i], &any);
	if (any)
		json_close(wr->w);
	wr->wishes->different |= any;
}

static void put_flag(struct writing *wr, const char *name)
{
	bool on = form_get(wr->form, name) != NULL;

	if (on == json_get_boolean(wr->l->holds, name, false))
		return;
	json_put_boolean(wr->w, name, on);
	wr->wishes->different = true;
}

/* --- what is chosen --------------------------------------------------------------------------------- */

static void put_frequency(struct writing *wr)
{
	static const char *const known[] = {"immediate", "daily", "weekly"};
	const char *chosen = form_get(wr->form, "frequency");
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (chosen && strcmp(chosen, known[i]) == 0)
			break;
	if (i == sizeof(known) / sizeof(known[0])) {
		wrong(wr, "frequency", "choice");
	} else if (strcmp(known[i], json_get_text(wr->l->holds, "frequency", "immediate")) != 0) {
		json_put_text(wr->w, "frequency", known[i]);
		wr->wishes->different = true;
	}
}

/* Who reads "de-AT" and chooses German keeps Austria's. */
static void put_locale(struct writing *wr)
{
	const char *chosen = form_get(wr->form, "locale"), *now = preference_language(wr->w, wr->l->holds);

	if (chosen && strcmp(chosen, now) == 0)
		return;
	if (chosen == NULL || (strcmp(chosen, "en") != 0 && strcmp(chosen, "de") != 0)) {
		wrong(wr, "locale", "choice");
		return;
	}
	json_put_text(wr->w, "locale", chosen);
	wr->wishes->different = true;
}

/* Browsers may send seconds, which are left out. */
static bool time_of_day(const char *text, char out[6])
{
	if (text == NULL || strlen(text) < 5 || (text[5] != '\0' && text[5] != ':') || text[2] != ':' ||
	    strspn(text, "0123456789") != 2 || strspn(text + 3, "0123456789") != 2 ||
	    strncmp(text, "24", 2) >= 0 || text[3] > '5')
		return false;
	memcpy(out, text, 5);
	out[5] = '\0';
	return true;
}

static bool quiet_differs(const struct writing *wr, const char *from, const char *to, const char *zone)
{
	const struct json *now = json_get(wr->l->holds, "quiet_hours");

	return now == NULL || now->kind != JSON_OBJECT || strcmp(json_get_text(now, "from", ""), from) != 0 ||
	       strcmp(json_get_text(now, "to", ""), to) != 0 ||
	       strcmp(preference_quiet_zone(wr->l, now), zone) != 0;
}

static void put_quiet(struct writing *wr)
{
	const char *zone = form_get(wr->form, "time_zone");
	char from[6] = "", to[6] = "";

	if (!time_of_day(form_get(wr->form, "quiet_from"), from))
		wrong(wr, "quiet_from", "time");
	if (!time_of_day(form_get(wr->form, "quiet_to"), to))
		wrong(wr, "quiet_to", "time");
	else if (strcmp(from, to) == 0)
		wrong(wr, "quiet_to", "same");
	if (zone == NULL || (*zone && tz_find(zone) == NULL))
		wrong(wr, "time_zone", "zone");
	if (wr->wishes->fault_count > 0 || !quiet_differs(wr, from, to, zone))
		return;
	json_open_object(wr->w, "quiet_hours");
	json_put_text(wr->w, "from", from);
	json_put_text(wr->w, "to", to);
	json_put_text(wr->w, "time_zone", *zone ? zone : NULL);
	json_close(wr->w);
	wr->wishes->different = true;
}

static void put_no_quiet(struct writing *wr)
{
	const struct json *now = json_get(wr->l->holds, "quiet_hours");

	if (now == NULL || now->kind == JSON_NULL)
		return;
	json_put_null(wr->w, "quiet_hours");
	wr->wishes->different = true;
}

struct form_wishes *preference_wishes(struct request *req, const struct link *l, const struct form *form)
{
	struct form_wishes *wishes = talloc_zero(req, struct form_wishes);
	struct writing wr = {json_writer_new(req), wishes, l, form};
	const char *text, *error;
	size_t length;

	json_open_object(wr.w, NULL);
	put_categories(&wr);
	put_flag(&wr, "marketing_consent");
	put_frequency(&wr);
	if (form_get(form, "quiet"))
		put_quiet(&wr);
	else
		put_no_quiet(&wr);
	put_locale(&wr);
	put_flag(&wr, "tracking_consent");
	put_flag(&wr, "global_opt_out");
	json_close(wr.w);
	text = json_text(wr.w, &length);
	wishes->patch = json_parse(req, text, length, &error);
	return wishes;
}
