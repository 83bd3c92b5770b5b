/*
 * test_variables.c - what stands beside a template's variables for the reader, and pictures drawn from them
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/categories.h"
#include "services/notification/drawn.h"
#include "services/notification/template.h"
#include "services/notification/variables.h"
#include "tests/unit/unit.h"

static struct json *parsed(const void *parent, const char *text)
{
	const char *error = "";
	struct json *j = json_parse(parent, text, strlen(text), &error);

	ck_assert_msg(j != NULL, "%s: %s", text, error);
	return j;
}

/* The value at a path of names with dots, as text. */
static const char *at(const void *parent, const struct json *v, const char *path)
{
	struct json_writer *w = json_writer_new(parent);
	const char *dot;

	for (; v && *path; path += *dot == '.') {
		dot = path + strcspn(path, ".");
		v = json_get(v, talloc_strndup(parent, path, (size_t)(dot - path)));
		path = dot;
	}
	if (v == NULL)
		return NULL;
	if (v->kind == JSON_TEXT)
		return v->text;
	json_put_value(w, NULL, v);
	return json_text(w, NULL);
}

START_TEST(texts)
{
	static const struct {
		const char *in, *locale, *path, *want, *why;
	} cases[] = {
		{"{'points': 1200}", "en-GB", "points_text", "1,200", "a number"},
		{"{'points': 1200}", "de-DE", "points_text", "1.200", "in the member's way"},
		{"{'points': 1200}", "en", "points", "1200", "what was given stays"},
		{"{'points': 1}", "en", "points_one", "true", "for the singular"},
		{"{'points': 2}", "en", "points_one", NULL, "or not"},
		{"{'share': 0.5}", "de", "share_text", "0,5", "a part"},
		{"{'points': 5, 'points_text': 'five'}", "en", "points_text", "five",
		 "the sender's own words win"},
		{"{'points': 1, 'points_one': false}", "en", "points_one", "false", "here too"},
		{"{'value_minor': 1250, 'currency': 'GBP'}", "en-GB", "value_text", "GBP 12.50", "money"},
		{"{'value_minor': 1250, 'currency': 'EUR'}", "de", "value_text", "12,50 EUR",
		 "money in German"},
		{"{'value_minor': 1250}", "en", "value_text", NULL, "money of nobody knows which"},
		{"{'value_minor': 1250, 'currency': 5}", "en", "value_text", NULL, "neither"},
		{"{'value': 7, 'value_minor': 700, 'currency': 'EUR'}", "en", "value_text", "EUR 7.00",
		 "an amount tells it better"},
		{"{'currency': 'JPY', 'facts': {'min_minor': 500}}", "en", "facts.min_text", "JPY 500",
		 "the message's currency"},
		{"{'currency': 'JPY', 'facts': {'min_minor': 500, 'currency': 'EUR'}}", "en",
		 "facts.min_text", "EUR 5.00", "or its own"},
		{"{'bonus': {'points': 1000}}", "en", "bonus.points_text", "1,000", "inside objects"},
		{"{'at': '2026-11-30T23:30:00Z', 'member': {'time_zone': 'Europe/Berlin'}}", "de", "at_text",
		 "1. Dezember 2026", "the member's day"},
		{"{'at': '2026-11-30T23:30:00Z', 'member': {'time_zone': 'America/New_York'}}", "en-US",
		 "at_text", "November 30, 2026", "another's"},
		{"{'at': '2026-11-30T23:30:00Z', 'member': {'time_zone': 'Mars/Olympus'}}", "en", "at_text",
		 "30 November 2026", "no such zone"},
		{"{'at': '2026-11-30'}", "en", "at_text", "30 November 2026", "a day"},
		{"{'at': 'tomorrow'}", "en", "at_text", NULL, "no day"},
		{"{'deadline': '2026-12-01T00:00:00Z'}", "en", "deadline_text", "30 November 2026",
		 "the last day that is left"},
		{"{'deadline': '2026-11-30T23:00:00Z', 'member': {'time_zone': 'Europe/Berlin'}}", "de",
		 "deadline_text", "30. November 2026", "at the member's midnight"},
		{"{'deadline': '2026-11-30T12:00:00Z'}", "en", "deadline_text", "30 November 2026",
		 "in the middle of a day"},
		{"{'deadline': '2026-11-30'}", "en", "deadline_text", "30 November 2026", "the day itself"},
		{"{'facts': {'valid_to': '2026-12-01T00:00:00Z'}}", "en", "facts.valid_to_text",
		 "30 November 2026", "inside"},
		{"{'link': 'javascript:alert(1)'}", "en", "link", NULL, "a link that leads nowhere good"},
		{"{'link': 'https://shop.example.org/'}", "en", "link", "https://shop.example.org/",
		 "a link"},
		{"{'list': [{'points': 1000}]}", "en", "list", "[{'points':1000,'points_text':'1,000'}]",
		 "in lists"},
		{"{'list': [1000]}", "en", "list", "[1000]", "bare numbers of a list stay"},
	};
	void *scratch = talloc_new(NULL);
	const char *got;
	char *in, *want, *c;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = talloc_strdup(scratch, cases[i].in);
		want = talloc_strdup(scratch, cases[i].want ? cases[i].want : "(none)");
		for (c = in; (c = strchr(c, '\'')) != NULL;)
			*c = '"';
		for (c = want; (c = strchr(c, '\'')) != NULL;)
			*c = '"';
		got = at(scratch, variables_written(scratch, parsed(scratch, in), cases[i].locale),
			 cases[i].path);
		ck_assert_msg(strcmp(got ? got : "(none)", want) == 0, "%s: got %s, want %s", cases[i].why,
			      got, want);
	}
	talloc_free(scratch);
}
END_TEST

/* Many members and texts are bounded, and nothing that was given is lost. */
START_TEST(texts_are_bounded)
{
	void *scratch = talloc_new(NULL);
	struct json_writer *w = json_writer_new(scratch);
	struct json *out;
	int i;

	json_open_object(w, NULL);
	for (i = 0; i < 700; i++)
		json_put_integer(w, talloc_asprintf(scratch, "n%d", i), i);
	json_close(w);
	out = variables_written(scratch, parsed(scratch, json_text(w, NULL)), "en");
	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(json_get_integer(out, "n699", -1), 699);
	ck_assert_str_eq(json_get_text(out, "n5_text", ""), "5");
	ck_assert_ptr_null(json_get(out, "n699_text"));
	talloc_free(scratch);
}
END_TEST

/* --- pictures -------------------------------------------------------------------------------------- */

#define RING                                                                                             \
	"{'p': {'kind': 'ring', 'value': '{{v}}', 'target': '{{t}}', 'width': 90, 'height': 80, 'alt': " \
	"'{{v}} of {{t}}'}}"
#define LINE \
	"{'p': {'kind': 'columns', 'values': '{{#v}}{{.}} {{/v}}', 'width': 90, 'height': 40, 'alt': 'x'}}"

static char *quoted(const void *parent, const char *text)
{
	char *out = talloc_strdup(parent, text), *c;

	for (c = out; *c; c++)
		if (*c == '\'' && (c == out || c[-1] != '\\'))
			*c = '"';
	/* \' was meant to stay a quote inside of a JSON text */
	for (c = out; (c = strstr(c, "\\'")) != NULL;)
		memmove(c, c + 1, strlen(c));
	return out;
}

START_TEST(pictures)
{
	static const struct {
		const char *images, *variables, *html;
		size_t count;
		const char *why;
	} cases[] = {
		{RING, "{'v': 3, 't': 4}", "<img src='cid:p' width=90 alt='3 of 4'>", 1, "drawn and shown"},
		{RING, "{'v': 3.5, 't': '4'}", "<img src='cid:p' width=90 alt='3.5 of 4'>", 1,
		 "numbers as texts too"},
		{RING, "{'v': 3}", "no picture", 0, "a value is missing"},
		{RING, "{'v': 'many', 't': 4}", "no picture", 0, "a value is no number"},
		{RING, "{'v': '3x', 't': 4}", "no picture", 0, "nor this"},
		{RING, "{'v': 3, 't': 0}", "no picture", 0, "no target"},
		{RING, "{'v': 'inf', 't': 4}", "no picture", 0, "no end"},
		{RING, "{'v': '<b>', 't': 4}", "no picture", 0, "markup"},
		{LINE, "{'v': [3, 4, 5]}", "<img src='cid:p' width=90 alt='x'>", 1, "a list"},
		{LINE, "{'v': [3, 'x', 5]}", "no picture", 0, "a list with a hole"},
		{LINE, "{'v': []}", "no picture", 0, "an empty list"},
		{"{'q': {'kind': 'bar', 'value': '1', 'target': '2', 'width': 90, 'height': 10, 'alt': 'x'}}",
		 "{}", "no picture", 0, "drawn, not shown"},
	};
	void *scratch = talloc_new(NULL);
	struct fault fault = {"", ""};
	const char *error = "";
	struct message_template *t;
	struct message m;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t = template_read(
			scratch,
			parsed(scratch,
			       quoted(scratch,
				      talloc_asprintf(
					      scratch,
					      "{'sample': {}, 'images': %s, 'locales': {'en': {'email': "
					      "{'subject': 's', 'text': 't', 'html': "
					      "'{{#images.p}}<img src=\\'cid:{{cid}}\\' width={{width}} "
					      "alt=\\'{{alt}}\\'>{{/images.p}}{{^images.p}}no "
					      "picture{{/images.p}}'}}}}",
					      cases[i].images))),
			&fault);
		ck_assert_msg(t != NULL, "%s: %s %s", cases[i].why, fault.pointer, fault.detail);
		m = (struct message){0};
		ck_assert(template_render(scratch, t, CHANNEL_EMAIL, "en",
					  parsed(scratch, quoted(scratch, cases[i].variables)), &m, &error));
		ck_assert_msg(strcmp(m.html, cases[i].html) == 0, "%s: %s", cases[i].why, m.html);
		ck_assert_msg(m.image_count == cases[i].count, "%s: %zu", cases[i].why, m.image_count);
		if (m.image_count)
			ck_assert_mem_eq(m.images[0].bytes, "\x89PNG", 4);
	}
	talloc_free(scratch);
}
END_TEST

START_TEST(images_are_checked)
{
	static const struct {
		const char *images, *error;
	} cases[] = {
		{"[]", "/images: must be an object of at most 4 images"},
		{"{'a': 1}", "/images/a: must be an object"},
		{"{'A b': {}}", "/images/A b: is no name for an image (a-z, 0-9, _)"},
		{"{'a': {'kind': 'pie'}}", "/images/a/kind: must be ring, bar, sparkline or columns"},
		{"{'a': {'kind': 'ring'}}", "/images/a: wants alt, the words for who does not see it"},
		{"{'a': {'alt': 'x'}}", "/images/a: wants a kind"},
		{"{'a': {'kind': 'ring', 'alt': 'x'}}", "/images/a: wants width and height"},
		{"{'a': {'kind': 'ring', 'alt': 'x', 'width': 5, 'height': 90}}",
		 "/images/a/width: must be a whole number of pixels, 8 to 600"},
		{"{'a': {'kind': 'ring', 'alt': 'x', 'width': '90', 'height': 90}}",
		 "/images/a/width: must be a whole number of pixels, 8 to 600"},
		{"{'a': {'kind': 'ring', 'alt': 'x', 'width': 90, 'height': 90}}",
		 "/images/a: wants value and target"},
		{"{'a': {'kind': 'columns', 'alt': 'x', 'width': 90, 'height': 90}}",
		 "/images/a: wants values"},
		{"{'a': {'kind': 'ring', 'alt': {'de': 'x'}}}", "/images/a/alt: has no words for en"},
		{"{'a': {'kind': 'ring', 'alt': '{{#x}}'}}", "/images/a/alt: "},
		{"{'a': {'kind': 'ring', 'value': 5}}", "/images/a/value: must be a text"},
		{"{'a': {'kind': 'ring', 'url': 'x'}}", "/images/a/url: is no part of an image"},
		{"{'a': {}, 'b': {}, 'c': {}, 'd': {}, 'e': {}}",
		 "/images: must be an object of at most 4 images"},
	};
	void *scratch = talloc_new(NULL);
	struct fault fault;
	const char *error;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(
			template_read(scratch,
				      parsed(scratch,
					     quoted(scratch,
						    talloc_asprintf(scratch,
								    "{'sample': {}, 'images': %s, 'locales': "
								    "{'en': {'slack': {'text': 't'}}}}",
								    cases[i].images))),
				      &fault) == NULL,
			"%s", cases[i].images);
		error = talloc_asprintf(scratch, "%s: %s", fault.pointer, fault.detail);
		ck_assert_msg(strncmp(error, cases[i].error, strlen(cases[i].error)) == 0, "%s: %s",
			      cases[i].images, error);
	}
	talloc_free(scratch);
}
END_TEST

/* English words keep English dates for whoever reads no language of the template. */
START_TEST(figures_follow_the_words)
{
	static const struct {
		const char *locale, *want;
	} cases[] = {{"en-US", "November 30, 2026 1,000"},
		     {"en-GB", "30 November 2026 1,000"},
		     {"fr-FR", "30 November 2026 1,000"},
		     {"de-AT", "30. November 2026 1\xc2\xa0"
			       "000"},
		     {"de-DE", "30. November 2026 1.000"}};
	void *scratch = talloc_new(NULL);
	struct fault fault = {"", ""};
	const char *error = "";
	struct message_template *t = template_read(
		scratch,
		parsed(scratch,
		       quoted(scratch,
			      "{'sample': {}, 'locales': {'en': {'slack': {'text': '{{d_text}} "
			      "{{n_text}}'}}, 'de': {'slack': {'text': '{{d_text}} {{n_text}}'}}}}")),
		&fault);
	struct message m;
	size_t i;

	ck_assert_msg(t != NULL, "%s %s", fault.pointer, fault.detail);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m = (struct message){0};
		ck_assert(template_render(scratch, t, CHANNEL_SLACK, cases[i].locale,
					  parsed(scratch, quoted(scratch, "{'d': '2026-11-30', 'n': 1000}")),
					  &m, &error));
		ck_assert_str_eq(m.text, cases[i].want);
	}
	talloc_free(scratch);
}
END_TEST

START_TEST(what_looks_alike_is_drawn_once)
{
	static const struct {
		double a, b;
		bool same;
		const char *why;
	} cases[] = {
		{500, 500, true, "equal"},
		{500, 504, true, "less than half a percent apart"},
		{500, 540, false, "told apart"},
		{4999, 5000, false, "nearly is not done"},
		{0, 1, false, "begun is not nothing"},
		{5000, 6000, true, "more than done is done"},
	};
	struct picture p = {.kind = PICTURE_BAR, .target = 5000};
	const unsigned char *first;
	char label[16];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		p.value = cases[i].a;
		first = drawn_picture(&p, 100, 10)->png;
		p.value = cases[i].b;
		ck_assert_msg((drawn_picture(&p, 100, 10)->png == first) == cases[i].same, "%s",
			      cases[i].why);
	}
	p.target = 0;
	ck_assert_ptr_null(drawn_picture(&p, 100, 10));
	p = (struct picture){.kind = PICTURE_RING, .value = 1, .target = 2, .label = label};
	for (i = 0; i < 300; i++) { /* more than are kept */
		snprintf(label, sizeof(label), "%zu", i);
		ck_assert_ptr_nonnull(drawn_picture(&p, 24, 24));
	}
	ck_assert_mem_eq(drawn_picture(&p, 24, 24)->png, "\x89PNG", 4);
}
END_TEST

UNIT_MAIN("variables", what_looks_alike_is_drawn_once, texts, texts_are_bounded, pictures, images_are_checked,
	  figures_follow_the_words)
