/*
 * preferences.c - checking a document of preferences, field by field, and merging a patch into it
 */
#include <string.h>
#include <talloc.h>

#include "common/tz.h"
#include "services/notification/address.h"
#include "services/notification/guard.h"
#include "services/notification/preferences.h"

struct checking {
	const void *parent;
	struct fault *faults;
	size_t count;
};

static void wrong(struct checking *c, const struct json *at, const char *detail)
{
	if (c->count < PREFERENCES_FAULTS_MAX)
		c->faults[c->count++] = (struct fault){json_pointer(c->parent, at), detail};
}

static void check_boolean(struct checking *c, const struct json *v)
{
	if (v->kind != JSON_BOOLEAN)
		wrong(c, v, "must be true or false");
}

/* --- categories ------------------------------------------------------------------------------------ */

static void check_category(struct checking *c, const struct json *v)
{
	const struct json *channel;

	if (!category_name_valid(v->name))
		wrong(c, v, "is not a category's code: lower-case letters, digits, '_', '-' and '.'");
	if (v->kind != JSON_OBJECT) {
		wrong(c, v, "must be an object of email, push and slack");
		return;
	}
	for (channel = v->first; channel; channel = channel->next)
		if (channel_find(channel->name) == CHANNEL_COUNT)
			wrong(c, channel, "is none of email, push, slack");
		else
			check_boolean(c, channel);
}

static void check_categories(struct checking *c, const struct json *v)
{
	const struct json *category;

	if (v->kind != JSON_OBJECT || v->count > PREFERENCES_CATEGORIES_MAX) {
		wrong(c, v, "must be an object of at most 64 categories");
		return;
	}
	for (category = v->first; category; category = category->next)
		check_category(c, category);
}

/* --- quiet hours, frequency, locale ------------------------------------------------------------------ */

static bool clock_time(const struct json *v)
{
	const char *t = v->text;

	return v->kind == JSON_TEXT && v->length == 5 && t[2] == ':' && t[0] >= '0' && t[0] <= '2' &&
	       t[1] >= '0' && t[1] <= '9' && t[3] >= '0' && t[3] <= '5' && t[4] >= '0' && t[4] <= '9' &&
	       (t[0] < '2' || t[1] < '4');
}

static void check_quiet_hours(struct checking *c, const struct json *v)
{
	const struct json *field;

	if (v->kind != JSON_OBJECT) {
		wrong(c, v, "must be an object of from, to and time_zone");
		return;
	}
	for (field = v->first; field; field = field->next) {
		if (strcmp(field->name, "from") == 0 || strcmp(field->name, "to") == 0) {
			if (!clock_time(field))
				wrong(c, field, "must be a time of day, HH:MM");
		} else if (strcmp(field->name, "time_zone") == 0) {
			if (field->kind != JSON_NULL &&
			    (field->kind != JSON_TEXT || tz_find(field->text) == NULL))
				wrong(c, field,
				      "must be an IANA time zone as Europe/London, or null for the member's "
				      "own");
		} else {
			wrong(c, field, "is not a field of quiet_hours");
		}
	}
	if (!json_get(v, "from") || !json_get(v, "to"))
		wrong(c, v, "needs from and to");
}

static void check_frequency(struct checking *c, const struct json *v)
{
	if (v->kind != JSON_TEXT || (strcmp(v->text, "immediate") != 0 && strcmp(v->text, "daily") != 0 &&
				     strcmp(v->text, "weekly") != 0))
		wrong(c, v, "must be one of immediate, daily, weekly");
}

bool locale_valid(const char *text)
{
	size_t length = strlen(text);

	return length >= 2 && length <= 35 &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static void check_locale(struct checking *c, const struct json *v)
{
	if (v->kind != JSON_TEXT || !locale_valid(v->text))
		wrong(c, v, "must be a language tag as en-GB");
}

/* --- addresses ----------------------------------------------------------------------------------------- */

static bool token_text(const struct json *token, size_t shortest, size_t longest, const char *alphabet)
{
	return token && token->kind == JSON_TEXT && token->length >= shortest && token->length <= longest &&
	       strspn(token->text, alphabet) == token->length;
}

/* A PushSubscription as browsers give it (W3C Push API): endpoint and keys. */
static bool subscription(const struct json *token)
{
	static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const struct json *keys = json_get(token, "keys");
	const char *error;

	return token && token->kind == JSON_OBJECT &&
	       guard_url(json_get_text(token, "endpoint", ""), &error) &&
	       token_text(json_get(keys, "p256dh"), 87, 87, base64url) &&
	       token_text(json_get(keys, "auth"), 22, 22, base64url);
}

static void check_push(struct checking *c, const struct json *v)
{
	static const char printable[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-:.+/=";
	const char *platform = json_get_text(v, "platform", "");
	const struct json *token = json_get(v, "token"), *field;

	if (v->kind != JSON_OBJECT) {
		wrong(c, v, "must be an object of platform and token");
		return;
	}
	for (field = v->first; field; field = field->next)
		if (strcmp(field->name, "platform") != 0 && strcmp(field->name, "token") != 0)
			wrong(c, field, "is not a field of a push address");
	if (strcmp(platform, "fcm") == 0) {
		if (!token_text(token, 10, PREFERENCES_TOKEN_MAX, printable))
			wrong(c, v, "needs a token of 10 to 4,096 characters");
	} else if (strcmp(platform, "apns") == 0) {
		if (!token_text(token, 64, 200, "0123456789abcdefABCDEF"))
			wrong(c, v, "needs a token of 64 to 200 hexadecimal digits");
	} else if (strcmp(platform, "webpush") == 0) {
		if (!subscription(token))
			wrong(c, v, "needs a subscription: an https endpoint, and keys p256dh and auth");
	} else {
		wrong(c, v, "needs a platform, one of fcm, apns, webpush");
	}
}

/* What tells one device from another. */
static const char *device(const struct json *v)
{
	const struct json *token = json_get(v, "token");

	return token && token->kind == JSON_TEXT ? token->text : json_get_text(token, "endpoint", "");
}

static void check_push_list(struct checking *c, const struct json *v)
{
	const struct json *one, *other;

	if (v->kind != JSON_ARRAY || v->count > PREFERENCES_PUSH_MAX) {
		wrong(c, v, "must be an array of at most 20 devices");
		return;
	}
	for (one = v->first; one; one = one->next) {
		check_push(c, one);
		for (other = v->first; other != one; other = other->next)
			if (device(one)[0] && strcmp(device(one), device(other)) == 0)
				wrong(c, one, "is there already");
	}
}

/* Of whom messages are told is the member alone: no channel that others read. */
static void check_slack(struct checking *c, const struct json *v)
{
	bool id = token_text(v, 9, 21, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") && strchr("UWD", v->text[0]);
	const char *fault = NULL;

	if (v->kind != JSON_TEXT)
		wrong(c, v, "must be a text or null");
	else if (strstr(v->text, "://"))
		guard_url(v->text, &fault);
	else if (strchr(v->text, '@'))
		fault = address_fault(c->parent, v->text);
	else if (!id)
		fault = "must be the id of a Slack user or direct conversation, an e-mail address known to "
			"Slack, an incoming webhook's https URL, or null";
	if (fault)
		wrong(c, v, fault);
}

static void check_address(struct checking *c, const struct json *v)
{
	const char *fault;

	if (strcmp(v->name, "push") == 0) {
		check_push_list(c, v);
	} else if (v->kind == JSON_NULL) {
		return; /* no address there, whatever the profile says */
	} else if (strcmp(v->name, "email") == 0) {
		fault = v->kind == JSON_TEXT ? address_fault(c->parent, v->text) : "must be a text or null";
		if (fault)
			wrong(c, v, fault);
	} else if (strcmp(v->name, "slack") == 0) {
		check_slack(c, v);
	} else {
		wrong(c, v, "is none of email, push, slack");
	}
}

static void check_addresses(struct checking *c, const struct json *v)
{
	const struct json *address;

	if (v->kind != JSON_OBJECT) {
		wrong(c, v, "must be an object of email, push and slack");
		return;
	}
	for (address = v->first; address; address = address->next)
		check_address(c, address);
}

/* --- the document ----------------------------------------------------------------------------------------
 */

static const struct {
	const char *name;
	void (*check)(struct checking *c, const struct json *v);
} fields[] = {
	{"global_opt_out", check_boolean},
	{"tracking_consent", check_boolean},
	{"marketing_consent", check_boolean},
	{"categories", check_categories},
	{"quiet_hours", check_quiet_hours},
	{"frequency", check_frequency},
	{"locale", check_locale},
	{"addresses", check_addresses},
};

bool preferences_told_only(const char *name)
{
	return strcmp(name, "version") == 0 || strcmp(name, "as_of") == 0;
}

static void check_field(struct checking *c, const struct json *v)
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i].name, v->name) == 0) {
			if (v->kind != JSON_NULL)
				fields[i].check(c, v);
			return;
		}
	if (!preferences_told_only(v->name))
		wrong(c, v, "is not a field of preferences");
}

bool preferences_check(const void *parent, const struct json *document,
		       struct fault faults[PREFERENCES_FAULTS_MAX], size_t *fault_count)
{
	struct checking c = {parent, faults, 0};
	const struct json *v;

	if (document->kind != JSON_OBJECT)
		wrong(&c, document, "must be an object");
	else
		for (v = document->first; v; v = v->next)
			check_field(&c, v);
	*fault_count = c.count;
	return c.count == 0;
}

static void merge_member(struct json_writer *w, const struct json *old, const struct json *patch);

static void merge_object(struct json_writer *w, const char *name, const struct json *old,
			 const struct json *patch)
{
	const struct json *v;

	json_open_object(w, name);
	for (v = old && old->kind == JSON_OBJECT ? old->first : NULL; v; v = v->next)
		if (json_get(patch, v->name) == NULL)
			json_put_value(w, v->name, v);
	for (v = patch->first; v; v = v->next)
		if (v->kind != JSON_NULL)
			merge_member(w, old && old->kind == JSON_OBJECT ? json_get(old, v->name) : NULL, v);
	json_close(w);
}

/* Depth is bounded by the reader's JSON_DEPTH_MAX. */
static void merge_member(struct json_writer *w, const struct json *old, const struct json *patch)
{
	if (patch->kind == JSON_OBJECT)
		merge_object(w, patch->name, old, patch);
	else
		json_put_value(w, patch->name, patch);
}

void preferences_merge(struct json_writer *w, const struct json *document, const struct json *patch)
{
	merge_object(w, NULL, document, patch);
}

const struct json *preferences_wish(const void *parent, const char *category, enum channel c, bool wanted)
{
	struct json_writer *w = json_writer_new(parent);
	const char *text, *error;
	size_t length;

	json_open_object(w, NULL);
	json_open_object(w, "categories");
	json_open_object(w, category);
	json_put_boolean(w, channel_name(c), wanted);
	json_close(w);
	json_close(w);
	json_close(w);
	text = json_text(w, &length);
	return json_parse(parent, text, length, &error);
}
