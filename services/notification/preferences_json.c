/*
 * preferences_json.c - what holds for a member: the document over the profile over the defaults
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/preferences.h"

/* A member of the document that is set; null is set where it means "none". */
static const struct json *set(const struct json *object, const char *name)
{
	const struct json *v = json_get(object, name);

	return v && v->kind != JSON_NULL ? v : NULL;
}

static bool flag(const struct json *document, const char *name, const struct json *consents,
		 const char *consent)
{
	return set(document, name) ? json_get_boolean(document, name, false)
				   : json_get_boolean(consents, consent, false);
}

static void put_category(struct json_writer *w, const char *name, const struct json *chosen)
{
	const struct category *known = category_find(name);
	int c;

	json_open_object(w, name);
	for (c = 0; c < CHANNEL_COUNT; c++)
		json_put_boolean(w, channel_name((enum channel)c),
				 json_get_boolean(chosen, channel_name((enum channel)c),
						  known == NULL || (known->channels & CHANNEL_BIT(c))));
	json_close(w);
}

static void put_categories(struct json_writer *w, const struct json *chosen)
{
	const struct json *v;
	size_t i;

	json_open_object(w, "categories");
	for (i = 0; i < category_count; i++)
		put_category(w, categories[i].name, json_get(chosen, categories[i].name));
	for (v = chosen ? chosen->first : NULL; v; v = v->next)
		if (category_find(v->name) == NULL)
			put_category(w, v->name, v);
	json_close(w);
}

static void put_quiet_hours(struct json_writer *w, const struct json *quiet, const char *zone)
{
	if (quiet == NULL) {
		json_put_null(w, "quiet_hours");
		return;
	}
	json_open_object(w, "quiet_hours");
	json_put_text(w, "from", json_get_text(quiet, "from", ""));
	json_put_text(w, "to", json_get_text(quiet, "to", ""));
	json_put_text(w, "time_zone", json_get_text(quiet, "time_zone", zone));
	json_close(w);
}

/* The first character and what is behind the @. */
static const char *email_hint(const void *scratch, const char *address)
{
	const char *at = strrchr(address, '@');

	return talloc_asprintf(scratch, "%.*s…%s", at && at > address ? 1 : 0, address, at ? at : "");
}

static const char *token_hint(const void *scratch, const char *token)
{
	size_t length = strlen(token);

	return talloc_asprintf(scratch, "…%s", length > 12 ? token + length - 4 : "");
}

/* The end of a webhook's URL is its secret. */
static const char *slack_hint(const void *scratch, const char *address)
{
	const char *host = strstr(address, "://");

	if (host)
		return talloc_asprintf(scratch, "…%.*s/…", (int)strcspn(host + 3, "/"), host + 3);
	return strchr(address, '@') ? email_hint(scratch, address) : token_hint(scratch, address);
}

static void put_push(struct json_writer *w, const void *scratch, const struct json *v, bool masked)
{
	const struct json *token = json_get(v, "token");

	json_open_object(w, NULL);
	json_put_text(w, "platform", json_get_text(v, "platform", ""));
	if (!masked && token)
		json_put_value(w, "token", token);
	else
		json_put_text(w, "token",
			      token && token->kind == JSON_TEXT ? token_hint(scratch, token->text) : "…");
	json_close(w);
}

/* An address of the document, null too, or else the profile's. */
static const char *address_of(const struct json *addresses, const char *name, const struct json *profile,
			      const char *profile_name)
{
	return json_get(addresses, name) ? json_get_text(addresses, name, NULL)
					 : json_get_text(profile, profile_name, NULL);
}

static void put_addresses(struct json_writer *w, const void *scratch, const struct json *addresses,
			  const struct json *profile, bool masked)
{
	const char *email = address_of(addresses, "email", profile, "email");
	const char *slack = address_of(addresses, "slack", profile, "slack_user_id");
	const struct json *push = json_get(addresses, "push") ? json_get(addresses, "push")
							      : json_get(profile, "push_tokens");
	const struct json *v;

	json_open_object(w, "addresses");
	json_put_text(w, "email", email && masked ? email_hint(scratch, email) : email);
	json_open_array(w, "push");
	for (v = push && push->kind == JSON_ARRAY ? push->first : NULL; v; v = v->next)
		put_push(w, scratch, v, masked);
	json_close(w);
	json_put_text(w, "slack", slack && masked ? slack_hint(scratch, slack) : slack);
	json_close(w);
}

void preferences_put(struct json_writer *w, const void *scratch, const struct json *document,
		     const struct json *profile, int64_t version, instant as_of, bool masked)
{
	const struct json *consents = json_get(profile, "consents");
	const char *zone = json_get_text(profile, "time_zone", NULL);
	char time[INSTANT_TEXT];

	json_open_object(w, NULL);
	json_put_boolean(w, "global_opt_out", json_get_boolean(document, "global_opt_out", false));
	put_categories(w, set(document, "categories"));
	put_quiet_hours(w, set(document, "quiet_hours"), zone);
	json_put_text(w, "frequency", json_get_text(document, "frequency", "immediate"));
	json_put_text(w, "locale", json_get_text(document, "locale", json_get_text(profile, "locale", NULL)));
	put_addresses(w, scratch, set(document, "addresses"), profile, masked);
	json_put_boolean(w, "tracking_consent", flag(document, "tracking_consent", consents, "tracking"));
	json_put_boolean(w, "marketing_consent", flag(document, "marketing_consent", consents, "marketing"));
	json_put_integer(w, "version", version);
	if (as_of) {
		json_open_object(w, "as_of");
		json_put_text(w, "instant", instant_format(as_of, time));
		json_close(w);
	}
	json_close(w);
}
