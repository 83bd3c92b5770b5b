/*
 * test_slack.c - Slack's limits on blocks, and steps that need no network
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/slack.h"
#include "services/notification/slack_blocks.h"
#include "tests/unit/unit.h"

static struct message message(const char *title, const char *text)
{
	return (struct message){.notification_id = "01JDF0ZZZZ8QYV6W3M2K1T4R5N",
				.member_id = "m",
				.attempt = 1,
				.address = "C0TEAM",
				.title = title,
				.text = text,
				.link = "",
				.unsubscribe = ""};
}

static const struct json *body_of(void *t, const struct message *m)
{
	const char *error, *fault;
	size_t length = 0;
	const char *text = slack_body(t, m, "C0TEAM", &length, &error);
	const struct json *j;

	ck_assert_msg(text != NULL, "%s", error);
	j = json_parse(t, text, length, &fault);
	ck_assert_msg(j != NULL, "%s", fault);
	return j;
}

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static const char *block_text(const struct json *block)
{
	return json_get_text(json_get(block, "text"), "text", "");
}

static char *repeat(void *t, const char *piece, size_t times)
{
	size_t length = strlen(piece), i;
	char *out = talloc_size(t, length * times + 1);

	for (i = 0; i < times; i++)
		memcpy(out + i * length, piece, length);
	out[length * times] = '\0';
	return out;
}

START_TEST(test_limits)
{
	static const char *const pieces[] = {"a",     "&",        "<>",  "\xc3\xa9", "\xf0\x9f\x8e\x89",
					     "word ", "a line\n", "& \n"};
	void *t = talloc_new(NULL);
	const struct json *j, *block, *blocks;
	struct message m;
	size_t i, times;

	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		for (times = 1; times <= 200000; times *= 20) {
			m = message(repeat(t, pieces[i], times), repeat(t, pieces[i], times));
			m.link = "https://example.org/";
			m.unsubscribe = "https://example.org/u/?a=1&b=2|3";
			j = body_of(t, &m);
			blocks = json_get(j, "blocks");
			ck_assert_uint_le(blocks->count, SLACK_BLOCKS_MAX);
			ck_assert_uint_le(characters(json_get_text(j, "text", "")), SLACK_FALLBACK_MAX);
			for (block = blocks->first; block; block = block->next)
				ck_assert_uint_le(characters(block_text(block)), block == blocks->first
											 ? SLACK_HEADER_MAX
											 : SLACK_SECTION_MAX);
		}
	talloc_free(t);
}
END_TEST

/* Nothing is lost between two sections. */
START_TEST(test_sections)
{
	void *t = talloc_new(NULL);
	struct message m = message("", repeat(t, "0123456789&", 1000));
	const struct json *block = json_get(body_of(t, &m), "blocks")->first;
	char *joined = talloc_strdup(t, "");
	size_t count = 0;

	for (; block; block = block->next, count++)
		joined = talloc_strdup_append(joined, block_text(block));
	ck_assert_uint_eq(count, 5); /* 15 characters make 200 in each */
	ck_assert_str_eq(joined, repeat(t, "0123456789&amp;", 1000));
	m.text = repeat(t, "a line of twenty-two..\n", 200);
	block = json_get(body_of(t, &m), "blocks")->first;
	ck_assert_uint_eq(strlen(block_text(block)) % 23, 0); /* breaks behind a line */
	talloc_free(t);
}
END_TEST

START_TEST(test_template_fields)
{
	void *t = talloc_new(NULL);
	struct message m = message("Hi\r\nthere", "x");
	const struct json *blocks;
	const char *fault, *body;
	size_t length;

	m.link = "https://example.org/";
	m.unsubscribe = "https://example.org/u?a=1&b=>|";
	m.extra = json_parse(t, "{\"button\":\"See <it>\",\"context\":\"a & b\"}", 39, &fault);
	blocks = json_get(body_of(t, &m), "blocks");
	ck_assert_uint_eq(blocks->count, 4);
	ck_assert_str_eq(block_text(blocks->first), "Hi  there");
	ck_assert_str_eq(block_text(json_get(blocks->first->next->next, "elements")->first),
			 "See &lt;it&gt;");
	ck_assert_str_eq(json_get_text(json_get(blocks->last, "elements")->first, "text", ""),
			 "a &amp; b \xc2\xb7 <https://example.org/u?a=1&amp;b=%3E%7C|Unsubscribe>");
	m.extra = json_parse(t, "{\"blocks\":[{\"type\":\"divider\"}]}", 31, &fault);
	m.unsubscribe = "";
	blocks = json_get(body_of(t, &m), "blocks");
	ck_assert_uint_eq(blocks->count, 1);
	ck_assert_str_eq(json_get_text(blocks->first, "type", ""), "divider");
	body = talloc_asprintf(t, "{\"blocks\":[%s0]}", repeat(t, "0,", 50));
	m.extra = json_parse(t, body, strlen(body), &fault);
	ck_assert_ptr_null(slack_body(t, &m, NULL, &length, &fault));
	ck_assert_str_eq(fault, "more than 50 blocks");
	m = message(" \n", "");
	ck_assert_ptr_null(slack_body(t, &m, NULL, &length, &fault));
	ck_assert_str_eq(fault, "neither title nor text");
	talloc_free(t);
}
END_TEST

/* A webhook's URL comes from outside: always guarded unless plain is allowed and it is plain. */
START_TEST(test_webhook_is_guarded)
{
	void *t = talloc_new(NULL), *state = NULL;
	struct driver *d = slack_webhook_new(t, &(struct slack_settings){.allow_plain = true});
	struct message m = message("a", "b");
	struct step_out out;

	m.address = "https://hooks.slack.com/services/T0/B0/x";
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_TRANSFER);
	ck_assert(out.transfer.guarded && !out.transfer.plain);
	m.address = "http://hooks.slack.com/services/T0/B0/x";
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_TRANSFER);
	ck_assert(!out.transfer.guarded && out.transfer.plain);
	d = slack_webhook_new(t, &(struct slack_settings){0});
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
	ck_assert_int_eq(out.outcome, OUTCOME_DEAD);
	ck_assert_str_eq(out.detail, "the webhook's URL: not https://");
	talloc_free(t);
}
END_TEST

START_TEST(test_settings)
{
	void *t = talloc_new(NULL);
	const char *error;

	ck_assert_ptr_null(slack_api_new(
		t, &(struct slack_settings){.base_url = "http://127.0.0.1/", .token_file = "/dev/null"},
		&error));
	ck_assert_str_eq(error, "http://127.0.0.1: Slack's base URL must begin with https://");
	ck_assert_ptr_null(slack_api_new(t, &(struct slack_settings){.token_file = "/dev/null"}, &error));
	ck_assert_str_eq(error, "/dev/null: not one line with a token");
	ck_assert_ptr_null(slack_api_new(t, &(struct slack_settings){.token_file = "/nonexistent"}, &error));
	ck_assert_str_eq(error, "/nonexistent: No such file or directory");
	talloc_free(t);
}
END_TEST

UNIT_MAIN("slack", test_limits, test_sections, test_template_fields, test_webhook_is_guarded, test_settings)
