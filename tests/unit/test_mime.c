/*
 * test_mime.c - mails as they are written: encoded, folded, bounded, and read back equal
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/address.h"
#include "services/notification/mime.h"
#include "services/notification/mime_body.h"
#include "services/notification/mime_header.h"
#include "services/notification/mime_read.h"
#include "tests/unit/unit.h"

#define ID "01JD0000000000000000000000"

static const struct {
	const char *in, *want; /* want: a word of the fault, NULL = taken */
} addresses[] = {
	{"a@example.com", NULL},
	{"a.b+c_d'e@mail.example.com", NULL},
	{"a@1.2.example", NULL},
	{"", "no @"},
	{"a", "no @"},
	{"@example.com", "empty"},
	{"a@", "empty"},
	{"a@b@example.com", "0x40"},
	{"\"a b\"@example.com", "quoted"},
	{"\"@evil.example\"@example.com", "quoted"},
	{"a b@example.com", "0x20"},
	{"a\r\nRCPT TO:<x@y.example>@example.com", "0x0d"},
	{"<a@example.com>", "0x3c"},
	{"a@example.com>", "0x3e"},
	{"a@example.com ", "0x20"},
	{"a,b@example.com", "0x2c"},
	{"(c)a@example.com", "0x28"},
	{".a@example.com", "dot"},
	{"a.@example.com", "dot"},
	{"a..b@example.com", "dot"},
	{"a@[127.0.0.1]", "literal"},
	{"a@localhost", "one label"},
	{"a@example..com", "empty label"},
	{"a@example.com.", "empty label"},
	{"a@-x.example", "hyphen"},
	{"a@127.0.0.1", "number"},
	{"a@ex_ample.com", "0x5f"},
	{"ü@example.com", "SMTPUTF8"},
	{"a@bücher.example", "not ASCII"},
	{"a123456789a123456789a123456789a123456789a123456789a123456789a1234@x.example", "64"},
	{"a@a123456789a123456789a123456789a123456789a123456789a123456789a123456789.example", "63"},
};

START_TEST(addresses_are_plain_ones)
{
	void *scratch = talloc_new(NULL);
	const char *got;
	size_t i;

	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		got = address_fault(scratch, addresses[i].in);
		ck_assert_msg((got == NULL) == (addresses[i].want == NULL), "%s: got %s", addresses[i].in,
			      got ? got : "no fault");
		ck_assert_msg(got == NULL || strstr(got, addresses[i].want), "%s: got %s, want %s",
			      addresses[i].in, got, addresses[i].want);
	}
	ck_assert_str_eq(address_ascii(scratch, "a@Bücher.example", &got), "a@xn--bcher-kva.example");
	ck_assert_str_eq(address_ascii(scratch, "A@Example.com", &got), "A@Example.com");
	ck_assert_ptr_null(address_ascii(scratch, "a@bü cher.example", &got));
	ck_assert_ptr_null(address_ascii(scratch, "a@\xff.example", &got));
	talloc_free(scratch);
}
END_TEST

static struct mail mail_of(const char *subject, const char *text, const char *html)
{
	return (struct mail){.id = ID,
			     .domain = "example.com",
			     .from_name = "The Shop",
			     .from = "shop@example.com",
			     .to = "member@example.org",
			     .reply_to = "",
			     .subject = subject,
			     .text = text,
			     .html = html,
			     .list_id = "",
			     .unsubscribe = "",
			     .unsubscribe_mail = "",
			     .feedback_id = ""};
}

START_TEST(header_injection_is_refused_by_name)
{
	static const struct {
		size_t offset;
		const char *header;
	} places[] = {
		{offsetof(struct mail, subject), "Subject"},
		{offsetof(struct mail, from_name), "From"},
		{offsetof(struct mail, from), "From"},
		{offsetof(struct mail, to), "To"},
		{offsetof(struct mail, reply_to), "Reply-To"},
		{offsetof(struct mail, id), "Message-ID"},
		{offsetof(struct mail, domain), "Message-ID"},
		{offsetof(struct mail, feedback_id), "Feedback-ID"},
		{offsetof(struct mail, unsubscribe), "List-Unsubscribe"},
	};
	static const char *const values[] = {"x\r\nBcc: a@example.net", "x\nBcc: a@example.net", "x\r", "\n"};
	void *scratch = talloc_new(NULL);
	size_t i, k;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		for (k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
			struct mail m = mail_of("s", "t", "");
			const char *error = NULL;

			*(const char **)(void *)((char *)&m + places[i].offset) = values[k];
			ck_assert_msg(mime_write(scratch, &m, &error) == NULL, "%s", places[i].header);
			ck_assert_msg(strncmp(error, places[i].header, strlen(places[i].header)) == 0,
				      "%s: %s", places[i].header, error);
		}
	talloc_free(scratch);
}
END_TEST

START_TEST(other_faults_are_named)
{
	void *scratch = talloc_new(NULL);
	const char *error = NULL;
	struct mail m = mail_of("\xc3(", "t", "");

	ck_assert_ptr_null(mime_write(scratch, &m, &error));
	ck_assert_str_eq(error, "Subject: is not UTF-8");
	m = mail_of("s", "\xff", "");
	ck_assert_ptr_null(mime_write(scratch, &m, &error));
	ck_assert_str_eq(error, "text: is not UTF-8");
	m = mail_of("s", "", "");
	ck_assert_ptr_null(mime_write(scratch, &m, &error));
	m = mail_of("s", "t", "");
	m.unsubscribe = "http://example.com/u";
	ck_assert_ptr_null(mime_write(scratch, &m, &error));
	m.unsubscribe = "https://example.com/u>, <https://example.net/";
	ck_assert_ptr_null(mime_write(scratch, &m, &error));
	m.unsubscribe = talloc_asprintf(scratch, "https://example.com/%01000d", 1);
	ck_assert_ptr_null(mime_write(scratch, &m, &error));
	ck_assert_msg(strstr(error, "998"), "%s", error);
	talloc_free(scratch);
}
END_TEST

/* A random text of pieces that have broken writers before. */
static char *random_text(const void *parent, GRand *r, int most, bool lines)
{
	static const char *const pieces[] = {
		"a",
		"Z",
		" ",
		"  ",
		"=",
		"?",
		"=?utf-8?q?a?=",
		"_",
		".",
		"ü",
		"€",
		"😀",
		"\u0301",
		"From ",
		"\"",
		"\\",
		"<",
		">",
		",",
		";",
		"\t",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"--",
		"\u2028",
		"\x01",
		"\x7f"};
	static const char *const breaks[] = {"\n", "\r\n", " \n", ".\n", "\n\n", "\t\n", "=\n"};
	char *text = talloc_strdup(parent, "");
	int n = g_rand_int_range(r, 1, most);

	for (; n > 0; n--)
		if (lines && g_rand_int_range(r, 0, 6) == 0)
			text = talloc_strdup_append(text, breaks[g_rand_int_range(r, 0, 7)]);
		else
			text = talloc_strdup_append(text, pieces[g_rand_int_range(r, 0, 26)]);
	return text;
}

/* CRLF everywhere, no line too long, no byte beyond ASCII. */
static void check_lines(const struct bytes *mail, size_t most)
{
	const char *p = mail->data, *end;

	for (; *p; p = end + 2) {
		end = strstr(p, "\r\n");
		ck_assert_msg(end != NULL, "a line without CRLF: %s", p);
		ck_assert_msg((size_t)(end - p) <= most, "%.*s", (int)(end - p), p);
		for (; p < end; p++)
			ck_assert_msg((*p >= ' ' && *p <= '~') || *p == '\t', "byte 0x%02x",
				      (unsigned char)*p);
	}
	ck_assert_uint_eq(strlen(mail->data), mail->length);
}

/* Text with CRLF line ends, the last line ended. */
static char *ended(const void *parent, const char *text)
{
	struct bytes *out = bytes_new(parent);

	for (; *text; text++)
		if (*text == '\n')
			bytes_text(out, "\r\n");
		else if (*text != '\r')
			bytes_put(out, text, 1);
	if (out->length > 0 && out->data[out->length - 1] != '\n')
		bytes_text(out, "\r\n");
	return out->data;
}

START_TEST(random_texts_come_back)
{
	GRand *r = g_rand_new_with_seed(20260101);
	int i;

	for (i = 0; i < 2000; i++) {
		void *scratch = talloc_new(NULL);
		const char *text = random_text(scratch, r, 60, true),
			   *html = random_text(scratch, r, 60, true);
		struct mail m = mail_of("s", text, html);
		const char *error = NULL;
		struct bytes *mail = mime_write(scratch, &m, &error);
		struct mime_part *top;
		size_t length;

		ck_assert_msg(mail != NULL, "%s", error);
		check_lines(mail, 78);
		top = mime_read(scratch, mail->data, mail->length);
		ck_assert_str_eq(top->type, "multipart/alternative");
		ck_assert_str_eq(mime_content(scratch, top->first, &length), ended(scratch, text));
		ck_assert_str_eq(mime_content(scratch, top->first->next, &length), ended(scratch, html));
		ck_assert_ptr_null(top->first->next->next);
		talloc_free(scratch);
	}
	g_rand_free(r);
}
END_TEST

START_TEST(random_subjects_keep_the_rules)
{
	GRand *r = g_rand_new_with_seed(7);
	int i;

	for (i = 0; i < 3000; i++) {
		void *scratch = talloc_new(NULL);
		struct mime_headers h = {.out = bytes_new(scratch)};
		const char *subject = random_text(scratch, r, 40, false), *word, *end;

		mime_header_text(&h, "Subject", subject);
		mime_header_mailbox(&h, "From", subject, "a@example.com");
		ck_assert_msg(h.error == NULL, "%s", h.error);
		check_lines(h.out, 78);
		/* Every encoded word: at most 75 octets, and whole characters. */
		for (word = strstr(h.out->data, "=?utf-8?"); word; word = strstr(end, "=?utf-8?")) {
			end = strstr(word + 10, "?=");
			ck_assert_ptr_nonnull(end);
			end += 2;
			ck_assert_int_le(end - word, 75);
			ck_assert(*end == '\r' || *end == ' ');
			if (word[8] == 'b') {
				gsize n;
				char *code = g_strndup(word + 10, (gsize)(end - word - 12));
				guchar *bytes = g_base64_decode(code, &n);

				ck_assert(g_utf8_validate((char *)bytes, (gssize)n, NULL));
				g_free(bytes);
				g_free(code);
			}
		}
		talloc_free(scratch);
	}
	g_rand_free(r);
}
END_TEST

START_TEST(a_text_that_knows_the_boundary)
{
	void *scratch = talloc_new(NULL);
	struct inline_image image = {"p", "image/png", "\x89PNG", 4};
	struct mail m = mail_of("s", "--ae-" ID "-a0\n--ae-" ID "-a0--\n",
				"--ae-" ID "-r0\n--ae-" ID "-a1\n");
	const char *error = NULL;
	struct bytes *mail;
	struct mime_part *top;
	size_t length;

	m.images = &image;
	m.image_count = 1;
	mail = mime_write(scratch, &m, &error);
	ck_assert_msg(mail != NULL, "%s", error);
	top = mime_read(scratch, mail->data, mail->length);
	ck_assert_str_eq(mime_content(scratch, top->first, &length), ended(scratch, m.text));
	ck_assert_str_eq(top->first->next->type, "multipart/related");
	ck_assert_str_eq(mime_content(scratch, top->first->next->first, &length), ended(scratch, m.html));
	ck_assert_str_eq(mime_content(scratch, top->first->next->first->next, &length), "\x89PNG");
	ck_assert_str_eq(mime_get(top->first->next->first->next->fields, 4, "content-id"), "<p>");
	talloc_free(scratch);
}
END_TEST

START_TEST(the_same_mail_twice_is_the_same)
{
	void *scratch = talloc_new(NULL);
	struct mail m = mail_of("Grüße", "a", "<p>b");
	const char *error;
	struct bytes *a = mime_write(scratch, &m, &error), *b = mime_write(scratch, &m, &error);

	ck_assert(a->length == b->length && memcmp(a->data, b->data, a->length) == 0);
	ck_assert_ptr_nonnull(strstr(a->data, "\r\nDate: Thu, 1 Jan 1970 00:00:00 +0000\r\n"));
	ck_assert_ptr_null(strstr(a->data, "List-"));
	talloc_free(scratch);
}
END_TEST

UNIT_MAIN("mime", addresses_are_plain_ones, header_injection_is_refused_by_name, other_faults_are_named,
	  random_texts_come_back, random_subjects_keep_the_rules, a_text_that_knows_the_boundary,
	  the_same_mail_twice_is_the_same)
