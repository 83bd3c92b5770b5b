/*
 * test_track.c - tokens that hold, tokens that do not, and links in mails
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/rewrite_links.h"
#include "tests/unit/unit.h"

#define ID "01JDF0ZZZZ8QYV6W3M2K1T4R5N"

static const unsigned char old_secret[] = "an old secret of 27 letters",
			   new_secret[] = "the newer secret, longer";
static const struct track_key both[] = {{2, new_secret, 24}, {1, old_secret, 27}};
static const struct track_keys new_keys = {both, 2}, old_keys = {both + 1, 1}, only_new = {both, 1};
static const instant noon = INT64_C(1800000000) * SECOND;

static char *make(void *t, const struct track_keys *keys, enum track_kind kind, uint16_t link)
{
	struct track in = {.kind = kind, .notification_id = ID, .link = link, .expires = noon};
	const char *error;
	char *token = track_make(t, keys, &in, &error);

	ck_assert_msg(token != NULL, "%s", error);
	ck_assert_uint_eq(strlen(token), TRACK_TOKEN_LENGTH);
	return token;
}

START_TEST(test_round)
{
	static const uint16_t links[] = {0, 1, 255, 256, 65535};
	void *t = talloc_new(NULL);
	struct track out;
	const char *error;
	size_t i;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		ck_assert(track_read(&new_keys, make(t, &new_keys, TRACK_CLICK, links[i]), TRACK_CLICK, noon,
				     &out, &error));
		ck_assert_uint_eq(out.link, links[i]);
		ck_assert_str_eq(out.notification_id, ID);
		ck_assert(out.expires == noon && out.kind == TRACK_CLICK);
	}
	talloc_free(t);
}
END_TEST

START_TEST(test_rotation)
{
	void *t = talloc_new(NULL);
	char *old = make(t, &old_keys, TRACK_UNSUBSCRIBE, 0);
	struct track out;
	const char *error;

	ck_assert(track_read(&new_keys, old, TRACK_UNSUBSCRIBE, 0, &out, &error));
	ck_assert(!track_read(&only_new, old, TRACK_UNSUBSCRIBE, 0, &out, &error));
	ck_assert_str_eq(error, "signed with a key that is no longer used");
	talloc_free(t);
}
END_TEST

/* Every single changed character is noticed, whatever it becomes. */
START_TEST(test_tampering)
{
	static const char alphabet[] = "AZaz09-_+/=. \n";
	void *t = talloc_new(NULL);
	char *token = make(t, &new_keys, TRACK_OPEN, 3), was;
	struct track out;
	const char *error;
	size_t i, j;

	for (i = 0; i < TRACK_TOKEN_LENGTH; i++) {
		was = token[i];
		for (j = 0; j < sizeof(alphabet); j++) { /* its NUL too */
			token[i] = alphabet[j];
			error = NULL;
			ck_assert(alphabet[j] == was ||
				  (!track_read(&new_keys, token, TRACK_OPEN, 0, &out, &error) && error));
		}
		token[i] = was;
	}
	ck_assert(track_read(&new_keys, token, TRACK_OPEN, 0, &out, &error));
	ck_assert(!track_read(&new_keys, token, TRACK_CLICK, 0, &out, &error));
	ck_assert_str_eq(error, "made for something else");
	ck_assert_int_eq(out.expires, 0);
	ck_assert(!track_read(&new_keys, token, TRACK_OPEN, noon + 1, &out, &error));
	ck_assert_str_eq(error, "too old");
	ck_assert_int_eq(out.expires, noon); /* that much is told of one of ours */
	ck_assert(!track_read(&new_keys, talloc_asprintf(t, "%sA", token), TRACK_OPEN, 0, &out, &error));
	ck_assert(!track_read(&new_keys, "", TRACK_OPEN, 0, &out, &error));
	talloc_free(t);
}
END_TEST

START_TEST(test_not_made)
{
	struct track t = {.kind = TRACK_CLICK, .notification_id = ID, .expires = noon};
	const struct track_key weak[] = {{1, old_secret, 15}};
	const char *error;

	ck_assert_ptr_null(track_make(NULL, &(struct track_keys){weak, 1}, &t, &error));
	ck_assert_ptr_null(track_make(NULL, &(struct track_keys){NULL, 0}, &t, &error));
	t.expires = -SECOND;
	ck_assert_ptr_null(track_make(NULL, &new_keys, &t, &error));
	ck_assert_str_eq(error, "the expiry is out of range");
	t.expires = noon;
	snprintf(t.notification_id, sizeof(t.notification_id), "81JDF0ZZZZ8QYV6W3M2K1T4R5N");
	ck_assert_ptr_null(track_make(NULL, &new_keys, &t, &error));
	ck_assert_str_eq(error, "the notification id is not a ULID");
}
END_TEST

START_TEST(test_notification_id)
{
	void *t = talloc_new(NULL);
	unsigned char bytes[NOTIFICATION_ID_BYTES];
	char text[NOTIFICATION_ID_LENGTH + 1];
	instant made;

	ck_assert(notification_id_decode("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", bytes));
	notification_id_encode(bytes, text);
	ck_assert_str_eq(text, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
	ck_assert_uint_eq(bytes[0], 255);
	ck_assert_uint_eq(bytes[15], 255);
	ck_assert(
		notification_id_instant("01ARYZ6S41TSV4RRFFQ69G5FAV", &made)); /* the ULID specification's */
	ck_assert_int_eq(made, INT64_C(1469918176385) * 1000);
	ck_assert(!notification_id_decode("01ARYZ6S41TSV4RRFFQ69G5FA", bytes));
	ck_assert(!notification_id_decode("01ARYZ6S41TSV4RRFFQ69G5FAVX", bytes));
	ck_assert(!notification_id_decode("01ARYZ6S41TSV4RRFFQ69G5FAI", bytes));
	ck_assert(!notification_id_decode("01aryz6s41tsv4rrffq69g5fav", bytes));
	ck_assert(!notification_id_decode("", bytes));
	ck_assert_str_eq(notification_id_of_message(t, "<" ID "@mail.example.org>"), ID);
	ck_assert_str_eq(notification_id_of_message(t, ID "@mail.example.org"), ID);
	ck_assert_ptr_null(notification_id_of_message(t, "<x@example.org>"));
	ck_assert_ptr_null(notification_id_of_message(t, "<" ID ">"));
	ck_assert_ptr_null(notification_id_of_message(t, NULL));
	talloc_free(t);
}
END_TEST

static struct rewritten rewrite(void *t, const char *html, bool opens)
{
	struct rewrite r = {&new_keys, "https://go.example.org", ID, noon, true, opens};
	struct rewritten out;
	const char *error;

	ck_assert(rewrite_links(t, &r, html, &out, &error));
	return out;
}

/* The links, in order, read back to their indices. */
static void check_links(const char *html, size_t count)
{
	static const char prefix[] = "https://go.example.org/t/c/";
	char token[TRACK_TOKEN_LENGTH + 1];
	struct track track;
	const char *error;
	size_t found = 0;

	for (; (html = strstr(html, prefix)); html++, found++) {
		snprintf(token, sizeof(token), "%s", html + sizeof(prefix) - 1);
		ck_assert(track_read(&new_keys, token, TRACK_CLICK, 0, &track, &error));
		ck_assert_uint_eq(track.link, found);
	}
	ck_assert_uint_eq(found, count);
}

START_TEST(test_links_found)
{
	static const struct {
		const char *in, *url; /* NULL: stays as it is */
	} cases[] = {
		{"<a href=\"https://a.example/x\">x</a>", "https://a.example/x"},
		{"<A class=b HREF='https://a.example/?a=1&amp;b=2'>x</A>", "https://a.example/?a=1&b=2"},
		{"<a href=https://a.example/x>x</a>", "https://a.example/x"},
		{"<a href = \" HTTPS://a.example/ \" >x</a>", "HTTPS://a.example/"},
		{"<a title=\"a > b\" href=\"https://a.example/\">x</a>", "https://a.example/"},
		{"<a href=\"https://a.example/?q=&#38;&#x26;&quot;&copy=1\">x",
		 "https://a.example/?q=&&\"&copy=1"},
		{"<area href=\"https://a.example/\">", "https://a.example/"},
		{"<a href=\"https://a.example/&#10;&#x100;&#;&#x;&#+38;&#38\">x",
		 "https://a.example/&#10;&#x100;&#;&#x;&#+38;&#38"},
		{"<a href=\"http://a.example/\">x</a>", NULL},
		{"<a href=\"mailto:a@a.example\">x</a>", NULL},
		{"<a href=\"cid:x\">x</a>", NULL},
		{"<a href=\"#top\">x</a>", NULL},
		{"<a href=\"javascript:https://a\">x</a>", NULL},
		{"<a href=\"https://\">x</a>", NULL},
		{"<a href=\"https://a.example/\nx\">x</a>", NULL},
		{"<a data-ae-notrack href=\"https://a.example/u\">x</a>", NULL},
		{"<a href=\"https://a.example/u\" DATA-AE-NOTRACK=\"1\">x</a>", NULL},
		{"<a data-href=\"https://a.example/\">x</a>", NULL},
		{"<link rel=\"stylesheet\" href=\"https://a.example/s.css\">", NULL},
		{"<abbr href=\"https://a.example/\">", NULL},
		{"<!-- <a href=\"https://a.example/\"> --><p>", NULL},
		{"<!--[if mso]><a href=\"https://a.example/\"><![endif]-->", NULL},
		{"<style>a:after{content:'<a href=\"https://a.example/\">'}</style>", NULL},
		{"<title><a href=\"https://a.example/\"></title>", NULL},
		{"<a title='<a href=\"https://a.example/\">' id=1>", NULL},
		{"text < a href=\"https://a.example/\" >", NULL},
		{"<a href=\"https://a.example/", NULL},
		{"<a href=", NULL},
		{"<a", NULL},
		{"<", NULL},
		{"</", NULL},
		{"<!--", NULL},
		{"<style>", NULL},
		{"", NULL},
	};
	void *t = talloc_new(NULL);
	struct rewritten out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out = rewrite(t, cases[i].in, false);
		ck_assert_msg(out.count == (cases[i].url != NULL), "%s -> %s", cases[i].in, out.html);
		ck_assert_msg(cases[i].url || strcmp(out.html, cases[i].in) == 0, "%s -> %s", cases[i].in,
			      out.html);
		ck_assert_msg(!cases[i].url || strcmp(out.urls[0], cases[i].url) == 0, "%s: %s", cases[i].in,
			      cases[i].url ? out.urls[0] : "");
		check_links(out.html, out.count);
	}
	talloc_free(t);
}
END_TEST

START_TEST(test_whole_mail)
{
	void *t = talloc_new(NULL);
	const char *pixel, *body;
	struct rewritten out = rewrite(
		t,
		"<html><body><!-- </body> --><a href=\"https://a.example/1\">1</a> <a "
		"href=\"mailto:x@y\">m</a>"
		"<a href='https://a.example/2'>2</a><a href=https://a.example/3>3</a></BODY></html>",
		true);
	struct track track;
	const char *error;
	char *token;

	ck_assert_uint_eq(out.count, 3);
	ck_assert_str_eq(out.urls[2], "https://a.example/3");
	check_links(out.html, 3);
	pixel = strstr(out.html, "<img src=\"https://go.example.org/t/o/");
	body = strstr(out.html, "</BODY></html>");
	ck_assert(pixel && body && pixel < body && strstr(pixel, ">") + 1 == body);
	token = talloc_strndup(t, pixel + strlen("<img src=\"https://go.example.org/t/o/"),
			       TRACK_TOKEN_LENGTH);
	ck_assert(track_read(&new_keys, token, TRACK_OPEN, 0, &track, &error));
	ck_assert(strncmp(strstr(pixel, token) + TRACK_TOKEN_LENGTH, ".gif\"", 5) == 0);
	out = rewrite(t, "no body", true);
	ck_assert(strncmp(out.html, "no body<img ", 12) == 0);
	talloc_free(t);
}
END_TEST

START_TEST(test_too_many)
{
	void *t = talloc_new(NULL);
	char *html = talloc_strdup(t, "");
	struct rewritten out;
	size_t i;

	for (i = 0; i < REWRITE_LINKS_MAX + 5; i++)
		html = talloc_asprintf_append_buffer(html, "<a href=\"https://a.example/%zu\">", i);
	out = rewrite(t, html, false);
	ck_assert_uint_eq(out.count, REWRITE_LINKS_MAX);
	check_links(out.html, REWRITE_LINKS_MAX);
	ck_assert_ptr_nonnull(strstr(out.html, "<a href=\"https://a.example/500\">"));
	talloc_free(t);
}
END_TEST

START_TEST(test_consent)
{
	void *t = talloc_new(NULL);
	struct rewrite r = {&new_keys, "https://go.example.org", ID, noon, false, false};
	struct rewritten out;
	const char *error;

	ck_assert(rewrite_links(t, &r, "<a href=\"https://a.example/\">", &out, &error));
	ck_assert_str_eq(out.html, "<a href=\"https://a.example/\">");
	r.opens = true;
	r.notification_id = "not a ULID";
	ck_assert(!rewrite_links(t, &r, "x", &out, &error));
	ck_assert_str_eq(error, "the notification id is not a ULID");
	talloc_free(t);
}
END_TEST

UNIT_MAIN("track", test_round, test_rotation, test_tampering, test_not_made, test_notification_id,
	  test_links_found, test_whole_mail, test_too_many, test_consent)
