/*
 * test_base_templates.c - every template of the release, in every language and channel
 *
 * With BASE_SAMPLES=directory set, the mails are also left there to be looked at.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "gen/notification_texts.h"
#include "services/notification/categories.h"
#include "services/notification/fcm_body.h"
#include "services/notification/slack_blocks.h"
#include "services/notification/template.h"
#include "tests/unit/unit.h"

enum {
	CLIPPED = 102 * 1024 /* Gmail shows no more of a mail */
};

static const char *const languages[] = {"en-GB", "de-DE"};
static const char *const alerts[] = {"points_expiring",   "tier_at_risk",           "tier_within_reach",
				     "promotion_match",   "redemption_recommended", "dormancy",
				     "churn_risk",        "unused_benefit",         "birthday_offer",
				     "anniversary_offer", "first_purchase_nudge",   "streak_about_to_break"};
static const char *const milestones[] = {"visits",      "spend",    "distinct", "streak",
					 "anniversary", "birthday", "tier"};
static const char *const others[] = {"alert",          "milestone",   "digest", "marketing_digest",
				     "member_welcome", "announcement"};

static const char *document_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(base_templates) / sizeof(base_templates[0]); i++)
		if (strcmp(base_templates[i].name, name) == 0)
			return base_templates[i].document;
	return NULL;
}

static struct json *parsed(const void *parent, const char *text)
{
	const char *error;
	struct json *j = json_parse(parent, text, strlen(text), &error);

	ck_assert_msg(j != NULL, "%s", text);
	return j;
}

/* The sample as it comes to a member, under another name perhaps. */
static const struct json *variables_of(const void *parent, const struct json *sample, const char *name)
{
	struct json_writer *w = json_writer_new(parent);
	const struct json *v;

	json_open_object(w, NULL);
	for (v = sample ? sample->first : NULL; v; v = v->next)
		json_put_value(w, v->name, v);
	json_open_object(w, "member");
	json_put_text(w, "name", name);
	json_put_text_n(w, "first_name", name, strcspn(name, " "));
	json_put_text(w, "time_zone", "Europe/London");
	json_close(w);
	json_open_object(w, "links");
	json_put_text(w, "preferences", "https://go.example.org/u/TOKEN/preferences");
	json_put_text(w, "unsubscribe", "https://go.example.org/u/TOKEN");
	json_close(w);
	json_close(w);
	return parsed(parent, json_text(w, NULL));
}

static struct message rendered(const void *parent, const char *name, enum channel c, const char *locale,
			       const struct json *variables)
{
	const char *error = "";
	struct fault fault = {"", ""};
	struct message_template *t = template_read(parent, parsed(parent, document_of(name)), &fault);
	struct message m = {.notification_id = "01JD0000000000000000000000",
			    .member_id = "m",
			    .category = "tier",
			    .address = "a",
			    .platform = "fcm",
			    .collapse_key = "",
			    .unsubscribe = "https://go.example.org/u/TOKEN",
			    .title = "",
			    .text = "",
			    .html = "",
			    .link = "",
			    .expires = INSTANT_MAX};

	ck_assert_msg(t != NULL, "%s: %s %s", name, fault.pointer, fault.detail);
	ck_assert_msg(template_render(parent, t, c, locale, variables, &m, &error), "%s: %s", name, error);
	return m;
}

/* No tag is left, no empty text, no piece of a sentence that a value is missing from. */
static void check_words(const char *name, const char *locale, const char *text)
{
	static const char *const bad[] = {"{{", "}}",   "[[",   "]]",   " ,",    " .\n",
					  " ;", "  by", "..\n", "null", "\n\n\n"};
	size_t i;

	ck_assert_msg(*text != '\0', "%s %s: nothing said", name, locale);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(strstr(text, bad[i]) == NULL, "%s %s: \"%s\" in: %s", name, locale, bad[i],
			      text);
}

static size_t times(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

static void check_mail(const char *name, const char *locale, const struct message *m)
{
	char *cid = talloc_strdup(NULL, "");
	size_t i;

	check_words(name, locale, m->title);
	check_words(name, locale, m->text);
	check_words(name, locale, m->html);
	ck_assert_msg(strlen(m->title) <= 100, "%s %s: a subject of %zu: %s", name, locale, strlen(m->title),
		      m->title);
	ck_assert_msg(strlen(m->html) < CLIPPED, "%s %s: %zu bytes", name, locale, strlen(m->html));
	ck_assert_msg(strstr(m->html, "src=\"http") == NULL, "%s %s loads something", name, locale);
	ck_assert_uint_eq(times(m->html, "<table"), times(m->html, "</table>"));
	ck_assert_uint_eq(times(m->html, "<img"), m->image_count);
	ck_assert_uint_eq(times(m->html, "alt=\"\""), 0);
	for (i = 0; i < m->image_count; i++) {
		talloc_free(cid);
		cid = talloc_asprintf(NULL, "cid:%s\"", m->images[i].content_id);
		ck_assert_uint_eq(times(m->html, cid), 1);
		ck_assert_msg(m->images[i].length > 300 && m->images[i].length < 20000,
			      "%s: a picture of %zu bytes", name, m->images[i].length);
	}
	talloc_free(cid);
}

static void leave(const char *name, const char *locale, const char *kind, const void *bytes, size_t length)
{
	const char *folder = getenv("BASE_SAMPLES");
	char *path;
	FILE *f;

	if (folder == NULL)
		return;
	path = talloc_asprintf(NULL, "%s/%s.%.2s.%s", folder, name, locale, kind);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fwrite(bytes, 1, length, f);
	fclose(f);
	talloc_free(path);
}

/* As it goes out: nothing is cut on the way. */
static void check_push(const char *name, const char *locale, struct message *m)
{
	void *scratch = talloc_new(NULL);
	const char *body, *fault = "";
	size_t length = 0;

	check_words(name, locale, m->title);
	check_words(name, locale, m->text);
	ck_assert_msg(strlen(m->text) <= 178, "%s %s: %zu bytes on a lock screen: %s", name, locale,
		      strlen(m->text), m->text);
	body = fcm_body(scratch, m, &length, &fault);
	ck_assert_msg(body != NULL && length <= FCM_BODY_MAX, "%s: %s", name, fault);
	ck_assert_ptr_null(strstr(body, "\xe2\x80\xa6"));
	talloc_free(scratch);
}

static void check_slack(const char *name, const char *locale, struct message *m)
{
	void *scratch = talloc_new(NULL);
	const struct json *blocks, *b;
	const char *body, *error = "";
	size_t length = 0;

	check_words(name, locale, m->text);
	body = slack_body(scratch, m, "C1", &length, &error);
	ck_assert_msg(body != NULL, "%s: %s", name, error);
	blocks = json_get(json_parse(scratch, body, length, &error), "blocks");
	ck_assert(blocks->count >= 1 && blocks->count <= SLACK_BLOCKS_MAX);
	for (b = blocks->first; b; b = b->next)
		ck_assert(strlen(json_get_text(json_get(b, "text"), "text", "")) <= SLACK_SECTION_MAX);
	ck_assert_ptr_null(strstr(body, "\xe2\x80\xa6"));
	talloc_free(scratch);
}

static void check_template(const char *prefix, const char *kind, const char *locale)
{
	void *scratch = talloc_new(NULL);
	const char *name = talloc_asprintf(scratch, "%s%s", prefix, kind), *document = document_of(name);
	struct fault fault = {"", ""};
	const struct json *d, *variables;
	struct message_template *t;
	struct message m;
	unsigned channels;

	ck_assert_msg(document != NULL, "%s is not in the release", name);
	d = parsed(scratch, document);
	t = template_read(scratch, d, &fault);
	ck_assert_msg(t != NULL && template_try(scratch, t, &fault), "%s: %s %s", name, fault.pointer,
		      fault.detail);
	ck_assert_msg(*json_get_text(d, "description", "") != '\0', "%s: no description", name);
	variables = variables_of(scratch, json_get(d, "sample"), "Ada Byron");
	channels = template_channels(t);
	ck_assert(channels & CHANNEL_BIT(CHANNEL_EMAIL));
	m = rendered(scratch, name, CHANNEL_EMAIL, locale, variables);
	check_mail(name, locale, &m);
	ck_assert_msg(m.image_count == (json_get(d, "images") ? json_get(d, "images")->count : 0),
		      "%s: %zu pictures", name, m.image_count);
	leave(name, locale, "html", m.html, strlen(m.html));
	leave(name, locale, "txt", m.text, strlen(m.text));
	leave(name, locale, "subject", m.title, strlen(m.title));
	if (m.image_count)
		leave(name, locale, "png", m.images[0].bytes, m.images[0].length);
	if (channels & CHANNEL_BIT(CHANNEL_PUSH)) {
		m = rendered(scratch, name, CHANNEL_PUSH, locale, variables);
		check_push(name, locale, &m);
		leave(name, locale, "push", m.text, strlen(m.text));
		m = rendered(scratch, name, CHANNEL_SLACK, locale, variables);
		check_slack(name, locale, &m);
	}
	talloc_free(scratch);
}

START_TEST(every_kind_has_words)
{
	size_t i, l;

	for (l = 0; l < 2; l++) {
		for (i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
			check_template("alert_", alerts[i], languages[l]);
		for (i = 0; i < sizeof(milestones) / sizeof(milestones[0]); i++)
			check_template("milestone_", milestones[i], languages[l]);
		for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			check_template("", others[i], languages[l]);
	}
	ck_assert_uint_eq(sizeof(base_templates) / sizeof(base_templates[0]), 12 + 7 + 6);
}
END_TEST

/* Only what the schema requires, of a member without a name: still whole sentences. */
START_TEST(what_is_missing_leaves_no_hole)
{
	const struct json *d, *required, *sample, *v;
	struct json_writer *w;
	struct message m;
	void *scratch;
	size_t i, l;

	for (i = 0; i < sizeof(base_templates) / sizeof(base_templates[0]); i++)
		for (l = 0; l < 2; l++) {
			scratch = talloc_new(NULL);
			d = parsed(scratch, base_templates[i].document);
			required = json_get(json_get(d, "schema"), "required");
			sample = json_get(d, "sample");
			w = json_writer_new(scratch);
			json_open_object(w, NULL);
			for (v = required ? required->first : NULL; v; v = v->next)
				json_put_value(w, v->text, json_get(sample, v->text));
			json_close(w);
			d = variables_of(scratch, parsed(scratch, json_text(w, NULL)), "");
			m = rendered(scratch, base_templates[i].name, CHANNEL_EMAIL, languages[l], d);
			check_mail(base_templates[i].name, languages[l], &m);
			ck_assert_uint_eq(m.image_count, 0);
			leave(talloc_asprintf(scratch, "%s-bare", base_templates[i].name), languages[l],
			      "html", m.html, strlen(m.html));
			leave(talloc_asprintf(scratch, "%s-bare", base_templates[i].name), languages[l],
			      "txt", m.text, strlen(m.text));
			talloc_free(scratch);
		}
}
END_TEST

UNIT_MAIN("base_templates", every_kind_has_words, what_is_missing_leaves_no_hole)
