/*
 * page.c - pages found, filled and sent
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "common/db.h"
#include "common/mustache.h"
#include "common/page.h"

enum {
	WORD_NAME_MAX = 96
};

static int text_order(const void *name, const void *text)
{
	return strcmp(name, ((const struct page_text *)text)->name);
}

static const char *text_find(const struct page_text *list, size_t count, const char *name)
{
	const struct page_text *found = bsearch(name, list, count, sizeof(*list), text_order);

	return found ? found->text : NULL;
}

static const struct page_language *language_of(const struct page_set *set, const char *tag, size_t length)
{
	size_t i;

	for (i = 0; i < set->language_count; i++)
		if (strlen(set->languages[i].code) == length &&
		    strncasecmp(set->languages[i].code, tag, length) == 0)
			return &set->languages[i];
	return NULL;
}

const struct page_language *page_language(const struct page_set *set, const char *tag)
{
	return tag ? language_of(set, tag, strcspn(tag, "-")) : NULL;
}

/* Browsers list what they like best first; weights would change nothing. */
const struct page_language *page_language_accepted(const struct page_set *set, const char *header)
{
	const struct page_language *found = NULL;
	const char *tag = header ? header : "";

	while (*tag && found == NULL) {
		found = language_of(set, tag, strcspn(tag, "-;,"));
		tag += strcspn(tag, ",");
		tag += strspn(tag, ", ");
	}
	return found ? found : &set->languages[0];
}

const char *page_words(const struct page_language *language, const char *name)
{
	const char *found = text_find(language->words, language->count, name);

	return found ? found : name;
}

const char *page_words_of(const struct page_language *language, const char *group, const char *name)
{
	char whole[WORD_NAME_MAX];
	const char *found;

	snprintf(whole, sizeof(whole), "%s.%s", group, name);
	found = text_find(language->words, language->count, whole);
	return found ? found : name;
}

static const char *find_partial(void *context, const char *name, size_t *length)
{
	const struct page *page = context;
	const char *found = text_find(page->set->templates, page->set->template_count, name);

	if (found == NULL)
		found = text_find(page->language->words, page->language->count, name);
	*length = found ? strlen(found) : 0;
	return found;
}

static char *fill(struct request *req, const struct page *page, const struct json_writer *data,
		  size_t *length, const char **error)
{
	struct mustache_partials partials = {find_partial, (void *)page};
	const char *text = text_find(page->set->templates, page->set->template_count, page->template), *json;
	const struct json *view;
	struct mustache *m;
	size_t size;

	*error = "there is no such page";
	if (text == NULL || (m = mustache_parse(req, text, strlen(text), error)) == NULL)
		return NULL;
	json = json_text(data, &size);
	view = json_parse(req, json, size, error);
	return view ? mustache_render(req, m, view, &partials, MUSTACHE_HTML, length, error) : NULL;
}

/* What is reached by a secret address must not leak it, be kept, be framed, or be found by search engines. */
static void put_headers(struct request *req, const struct page *page)
{
	request_put_header(req, "cache-control", "no-store");
	request_put_header(req, "content-language", page->language->code);
	request_put_header(req, "content-security-policy", page->set->policy);
	request_put_header(req, "cross-origin-opener-policy", "same-origin");
	request_put_header(req, "cross-origin-resource-policy", "same-origin");
	request_put_header(req, "referrer-policy", "no-referrer");
	request_put_header(req, "x-frame-options", "DENY");
	request_put_header(req, "x-robots-tag", "noindex, nofollow");
}

reply page_reply(struct request *req, int status, const struct page *page, const struct json_writer *data)
{
	struct page away = {page->set, page->language, "away"};
	bool failed = req->db && db_failed(req->db);
	const char *error;
	size_t length;
	char *html;

	if (failed) { /* a person gets a page all the same */
		page = &away;
		status = error_status(ERR_UNAVAILABLE);
		request_put_header(req, "retry-after", "5");
		req->db = NULL;
	}
	html = fill(req, page, data, &length, &error);
	if (html == NULL)
		return reply_error(req, ERR_INTERNAL, "the page cannot be made: %s", error);
	put_headers(req, page);
	return reply_body(req, status, "text/html; charset=utf-8", html, length);
}
