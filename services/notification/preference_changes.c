/*
 * preference_changes.c - what a patch changed, said to the member
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/preference_page.h"

static void put_change(struct json_writer *w, const char *what, const char *how)
{
	json_open_object(w, NULL);
	json_put_text(w, "what", what);
	json_put_text(w, "how", how);
	json_close(w);
}

/* "now by e-mail, no more in the app" */
static void put_category(struct json_writer *w, const struct link *l, const struct json *category)
{
	const struct json *v;
	char *how = talloc_strdup(w, "");

	for (v = category->first; v; v = v->next)
		how = talloc_asprintf_append(how, "%s%s %s", *how ? ", " : "",
					     link_words(l, "changed", v->boolean ? "now" : "no_more"),
					     link_words(l, "by", v->name));
	put_change(w, link_words(l, "category", category->name), how);
}

static const char *hours(const struct json_writer *w, const struct link *l, const struct json *quiet)
{
	const char *zone = json_get_text(quiet, "time_zone", preference_own_zone(l));

	if (quiet->kind == JSON_NULL)
		return link_words(l, "changed", "none");
	return talloc_asprintf(w, "%s–%s%s%s", json_get_text(quiet, "from", ""),
			       json_get_text(quiet, "to", ""), *zone ? ", " : "", zone);
}

static const char *how(const struct json_writer *w, const struct link *l, const struct json *v)
{
	if (strcmp(v->name, "quiet_hours") == 0)
		return hours(w, l, v);
	if (strcmp(v->name, "frequency") == 0)
		return link_words(l, "frequency", v->text);
	if (strcmp(v->name, "locale") == 0)
		return link_words(l, "locale", v->text);
	return link_words(l, "changed", v->boolean ? "yes" : "no");
}

void preference_put_changes(struct json_writer *w, const struct link *l, const struct json *patch)
{
	const struct json *v, *category;

	json_open_array(w, "changes");
	for (v = patch->first; v; v = v->next)
		if (strcmp(v->name, "categories") == 0)
			for (category = v->first; category; category = category->next)
				put_category(w, l, category);
		else if (strcmp(v->name, "addresses") != 0)
			put_change(w, link_words(l, "field", v->name), how(w, l, v));
	json_close(w);
}
