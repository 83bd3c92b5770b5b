/*
 * send_request.c - reads what is to be sent, to whom, and names every field that is wrong
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/categories.h"
#include "services/notification/preferences.h"
#include "services/notification/send_request.h"

enum {
	NAME_MAX_LENGTH = 64,
	AHEAD_MAX_DAYS = 366,
};

struct reading {
	const void *parent;
	const struct json *body;
	instant now;
	struct send_request *out;
	struct fault *faults;
	size_t fault_count;
};

static void wrong(struct reading *r, const char *pointer, const char *detail)
{
	if (r->fault_count < SEND_FAULTS_MAX)
		r->faults[r->fault_count++] = (struct fault){pointer, detail};
}

/* A member of the body that is neither absent nor null. */
static const struct json *given(const struct reading *r, const char *name)
{
	const struct json *v = json_get(r->body, name);

	return v && v->kind != JSON_NULL ? v : NULL;
}

static const char *text_given(struct reading *r, const char *name, const char *pointer, size_t longest,
			      bool required)
{
	const struct json *v = given(r, name);

	if (v == NULL) {
		if (required)
			wrong(r, pointer, "is required");
		return NULL;
	}
	if (v->kind != JSON_TEXT || v->length == 0 || v->length > longest) {
		wrong(r, pointer, talloc_asprintf(r->parent, "must be a text of 1 to %zu bytes", longest));
		return NULL;
	}
	return v->text;
}

/* --- to whom ------------------------------------------------------------------------------------- */

bool member_id_valid(const char *text)
{
	size_t length = strlen(text);

	return length >= 1 && length <= 64 &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@-") == length;
}

static bool member_good(const struct json *v)
{
	return v->kind == JSON_TEXT && member_id_valid(v->text);
}

static int text_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool any_twice(const void *parent, const char **texts, size_t count)
{
	const char **sorted = talloc_memdup(parent, texts, count * sizeof(*texts));
	size_t i;

	qsort(sorted, count, sizeof(*sorted), text_order);
	for (i = 1; i < count; i++)
		if (strcmp(sorted[i - 1], sorted[i]) == 0)
			return true;
	return false;
}

static void read_list(struct reading *r, const struct json *list)
{
	const struct json *v;
	size_t i = 0;

	if (list->kind != JSON_ARRAY || list->count == 0 || list->count > SEND_MEMBERS_MAX) {
		wrong(r, "/members", "must be an array of 1 to 1,000 member ids");
		return;
	}
	r->out->members = talloc_array(r->parent, const char *, list->count);
	for (v = list->first; v; v = v->next, i++) {
		if (member_good(v))
			r->out->members[r->out->member_count++] = v->text;
		else
			wrong(r, talloc_asprintf(r->parent, "/members/%zu", i),
			      "must be 1-64 characters from A-Z a-z 0-9 . _ : @ -");
	}
	if (any_twice(r->parent, r->out->members, r->out->member_count))
		wrong(r, "/members", "names a member twice");
}

static void read_receivers(struct reading *r)
{
	const struct json *one = given(r, "member_id"), *many = given(r, "members");

	r->out->audience = given(r, "audience");
	if (!!one + !!many + !!r->out->audience != 1) {
		wrong(r, "", "wants exactly one of member_id, members and audience");
		return;
	}
	if (one && !member_good(one)) {
		wrong(r, "/member_id", "must be 1-64 characters from A-Z a-z 0-9 . _ : @ -");
	} else if (one) {
		r->out->members = talloc_array(r->parent, const char *, 1);
		r->out->members[r->out->member_count++] = one->text;
	}
	if (many)
		read_list(r, many);
}

/* --- what ------------------------------------------------------------------------------------------ */

static void read_template(struct reading *r)
{
	const char *text = text_given(r, "template", "/template", NAME_MAX_LENGTH + 11, true), *at;
	long version = 0;
	char *end;

	if (text == NULL)
		return;
	at = strchr(text, '@');
	if (at) {
		version = strtol(at + 1, &end, 10);
		if (at[1] < '1' || at[1] > '9' || *end || version > INT32_MAX)
			wrong(r, "/template", "must be a name, or a name, '@' and a version");
	}
	r->out->template = at ? talloc_strndup(r->parent, text, (size_t)(at - text)) : text;
	r->out->template_version = (int)version;
}

static void read_channels(struct reading *r)
{
	const struct json *v = given(r, "channels"), *c;
	enum channel channel;

	if (v == NULL || (v->kind == JSON_TEXT && strcmp(v->text, "auto") == 0))
		return;
	if (v->kind != JSON_ARRAY || v->count == 0) {
		wrong(r, "/channels", "must be \"auto\" or an array of email, push, slack");
		return;
	}
	for (c = v->first; c; c = c->next) {
		channel = c->kind == JSON_TEXT ? channel_find(c->text) : CHANNEL_COUNT;
		if (channel == CHANNEL_COUNT)
			wrong(r, "/channels", "must be \"auto\" or an array of email, push, slack");
		else
			r->out->channels |= CHANNEL_BIT(channel);
	}
}

static instant read_instant(struct reading *r, const char *name, const char *pointer, instant absent)
{
	const struct json *v = given(r, name);
	instant t;

	if (v == NULL)
		return absent;
	if (v->kind == JSON_TEXT && instant_parse(v->text, &t) &&
	    t < r->now + (instant)AHEAD_MAX_DAYS * DAY_SECONDS * SECOND)
		return t;
	wrong(r, pointer, "must be an RFC 3339 date-time, at most a year ahead");
	return absent;
}

static void read_times(struct reading *r)
{
	struct send_request *o = r->out;

	o->send_at = read_instant(r, "send_at", "/send_at", 0);
	o->expires_at = read_instant(r, "expires_at", "/expires_at", INSTANT_MAX);
	if (o->expires_at <= r->now)
		wrong(r, "/expires_at", "is past");
	else if (o->expires_at <= o->send_at)
		wrong(r, "/expires_at", "must be after send_at");
}

static void read_category(struct reading *r)
{
	const char *priority = text_given(r, "priority", "/priority", 32, false);
	const char *category = text_given(r, "category", "/category", CATEGORY_NAME_MAX, true);

	if (category && category_find(category) == NULL)
		wrong(r, "/category", "is not a category");
	r->out->category = category;
	r->out->priority = priority           ? priority_find(priority)
			   : r->out->audience ? PRIORITY_BULK
					      : PRIORITY_COUNT;
	if (priority && r->out->priority == PRIORITY_COUNT)
		wrong(r, "/priority", "must be one of critical, transactional, engagement, bulk");
}

static const struct json *object_given(struct reading *r, const char *name, const char *pointer)
{
	const struct json *v = given(r, name);

	if (v && v->kind != JSON_OBJECT) {
		wrong(r, pointer, "must be an object");
		return NULL;
	}
	return v;
}

static const char *read_metadata(struct reading *r)
{
	const struct json *v = object_given(r, "metadata", "/metadata");
	struct json_writer *w;
	const char *text;
	size_t length;

	if (v == NULL)
		return NULL;
	w = json_writer_new(r->parent);
	json_put_value(w, NULL, v);
	text = json_text(w, &length);
	if (length > METADATA_MAX)
		wrong(r, "/metadata", "must be at most 4,096 bytes of JSON");
	return text;
}

static int64_t read_dedup_window(struct reading *r)
{
	const struct json *v = given(r, "dedup_window");

	if (v && (v->kind != JSON_INTEGER || v->integer < 1 || v->integer > DEDUP_WINDOW_MAX)) {
		wrong(r, "/dedup_window", "must be 1 to 2,592,000 seconds");
		return 0;
	}
	if (v && given(r, "audience"))
		wrong(r, "/dedup_window", "is of no use beside an audience, whose members are sent one each");
	return v ? v->integer : 0;
}

static const char *read_locale(struct reading *r)
{
	const char *locale = text_given(r, "locale", "/locale", 35, false);

	if (locale && !locale_valid(locale))
		wrong(r, "/locale", "must be a language tag as en-GB");
	return locale;
}

static void refuse_unknown(struct reading *r)
{
	static const char *const known[] = {"member_id",    "members",    "audience", "category",
					    "template",     "variables",  "channels", "priority",
					    "send_at",      "expires_at", "locale",   "collapse_key",
					    "dedup_window", "metadata",   "dry_run"};
	const struct json *v;
	size_t i;

	for (v = r->body->first; v; v = v->next) {
		for (i = 0; i < sizeof(known) / sizeof(known[0]) && strcmp(known[i], v->name) != 0; i++)
			;
		if (i == sizeof(known) / sizeof(known[0]))
			wrong(r, json_pointer(r->parent, v), "is not a field of a send");
	}
}

bool send_request_read(const void *parent, const struct json *body, instant now, struct send_request *out,
		       struct fault faults[SEND_FAULTS_MAX], size_t *fault_count)
{
	struct reading r = {.parent = parent, .body = body, .now = now, .out = out, .faults = faults};
	const struct json *dry;

	*out = (struct send_request){.priority = PRIORITY_COUNT, .expires_at = INSTANT_MAX};
	*fault_count = 0;
	if (body->kind != JSON_OBJECT) {
		wrong(&r, "", "must be an object");
	} else {
		read_receivers(&r);
		read_category(&r);
		read_template(&r);
		read_channels(&r);
		read_times(&r);
		refuse_unknown(&r);
		out->variables = object_given(&r, "variables", "/variables");
		out->metadata = read_metadata(&r);
		out->dedup_window = read_dedup_window(&r);
		out->locale = read_locale(&r);
		out->collapse_key = text_given(&r, "collapse_key", "/collapse_key", COLLAPSE_KEY_MAX, false);
		dry = given(&r, "dry_run");
		if (dry && dry->kind != JSON_BOOLEAN)
			wrong(&r, "/dry_run", "must be true or false");
		out->dry_run = dry && dry->kind == JSON_BOOLEAN && dry->boolean;
	}
	*fault_count = r.fault_count;
	return r.fault_count == 0;
}
