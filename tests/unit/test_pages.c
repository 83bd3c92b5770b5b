/*
 * test_pages.c - every page has its words in every language, and a language is found as people say it
 */
#include <stdbool.h>
#include <string.h>

#include "gen/notification_pages.h"
#include "services/notification/preference_page.h"
#include "tests/unit/unit.h"

static bool has(const struct page_text *list, size_t count, const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(list[i].name) == length && memcmp(list[i].name, name, length) == 0)
			return true;
	return false;
}

/* {{> name}} leads to words of the language or to another template. */
static void check_partials(const struct page_language *l, const char *where, const char *text)
{
	const char *at, *name;
	size_t n;

	for (at = strstr(text, "{{>"); at; at = strstr(at + 1, "{{>")) {
		name = at + 3 + strspn(at + 3, " ");
		n = strcspn(name, " }");
		ck_assert_msg(
			has(l->words, l->count, name, n) ||
				has(notification_pages.templates, notification_pages.template_count, name, n),
			"%s: %s lacks %.*s", l->code, where, (int)n, name);
	}
}

START_TEST(test_words)
{
	const struct page_language *first = notification_pages.languages, *l;
	size_t i, k;

	ck_assert_uint_ge(notification_pages.language_count, 2);
	for (l = first; l < first + notification_pages.language_count; l++) {
		ck_assert_uint_eq(l->count, first->count);
		for (i = 0; i < l->count; i++) {
			ck_assert_str_eq(l->words[i].name, first->words[i].name);
			ck_assert_msg(l->words[i].text[0] != '\0', "%s is empty", l->words[i].name);
			ck_assert(i == 0 || strcmp(l->words[i - 1].name, l->words[i].name) < 0);
		}
		for (k = 0; k < notification_pages.template_count; k++)
			check_partials(l, notification_pages.templates[k].name,
				       notification_pages.templates[k].text);
	}
}
END_TEST

/* Words that the code asks for by a name it makes up. */
START_TEST(test_groups)
{
	static const char *const groups[] = {"category", "about"}, *const devices[] = {"email", "fcm", "apns",
										       "webpush", "slack"};
	const struct page_language *l;
	size_t i, k;
	int c;

	for (l = notification_pages.languages;
	     l < notification_pages.languages + notification_pages.language_count; l++) {
		for (i = 0; i < category_count; i++)
			for (k = 0; k < 2; k++)
				ck_assert_msg(page_words_of(l, groups[k], categories[i].name) !=
						      categories[i].name,
					      "%s.%s in %s", groups[k], categories[i].name, l->code);
		for (c = 0; c < CHANNEL_COUNT; c++) {
			const char *name = channel_name((enum channel)c);

			ck_assert_ptr_ne(page_words_of(l, "channel", name), name);
			ck_assert_ptr_ne(page_words_of(l, "by", name), name);
		}
		for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
			ck_assert_ptr_ne(page_words_of(l, "device", devices[i]), devices[i]);
	}
}
END_TEST

START_TEST(test_languages)
{
	static const struct {
		const char *tag, *want;
	} tags[] = {{"de", "de"},  {"DE-at", "de"}, {"en-GB", "en"}, {"fr", NULL},
		    {"deu", NULL}, {"", NULL},      {NULL, NULL}};
	static const struct {
		const char *header, *want;
	} headers[] = {{"de-CH,de;q=0.9,en;q=0.8", "de"},
		       {"fr-FR, fr;q=0.9, de;q=0.8", "de"},
		       {"*", "en"},
		       {"", "en"},
		       {NULL, "en"},
		       {",,;;,de", "de"}};
	size_t i;

	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		const struct page_language *l = page_language(&notification_pages, tags[i].tag);

		ck_assert_msg(tags[i].want ? l && strcmp(l->code, tags[i].want) == 0 : l == NULL, "%s",
			      tags[i].tag ? tags[i].tag : "none");
	}
	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		ck_assert_str_eq(page_language_accepted(&notification_pages, headers[i].header)->code,
				 headers[i].want);
}
END_TEST

START_TEST(test_zones)
{
	size_t i, count;
	const char *const *zones = time_zones(&count);
	bool vienna = false;

	ck_assert_uint_gt(count, 300);
	for (i = 0; i < count; i++) {
		vienna |= strcmp(zones[i], "Europe/Vienna") == 0;
		ck_assert(i == 0 || strcmp(zones[i - 1], zones[i]) < 0);
	}
	ck_assert(vienna);
}
END_TEST

UNIT_MAIN("pages", test_words, test_groups, test_languages, test_zones)
