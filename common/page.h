/*
 * page.h - HTML pages of a daemon: Mustache templates, the words of each language, and headers that fit both
 *
 * A folder of pages is embedded by common/embed_pages.py: <name>.html are templates, words/<language>.json
 * are words, style.css is the style of all. A template names words and other templates as partials, {{>
 * save}}, so words may hold tags of their own. A page needs no script, no cookie and nothing from elsewhere,
 * and its Content-Security-Policy says so: the style is allowed by its digest.
 */
#ifndef AE_PAGE_H
#define AE_PAGE_H

#include "common/request.h"

struct page_text {
	const char *name, *text;
};

struct page_language {
	const char *code; /* "en" */
	const struct page_text *words;
	size_t count;
};

struct page_set {
	const struct page_text *templates; /* these and words are in order of their names */
	size_t template_count;
	const struct page_language *languages;
	size_t language_count;
	const char *policy;
};

/* The language of a tag such as "de-AT"; NULL if there are no pages in it, or no tag. */
const struct page_language *page_language(const struct page_set *set, const char *tag);
/* The first of an Accept-Language header that there are pages in, else the set's first; header may be NULL.
 */
const struct page_language *page_language_accepted(const struct page_set *set, const char *header);

/* Words by name; the name itself if there are none of it, so that a slip shows. */
const char *page_words(const struct page_language *language, const char *name);
/* The same for "<group>.<name>". */
const char *page_words_of(const struct page_language *language, const char *group, const char *name);

struct page {
	const struct page_set *set;
	const struct page_language *language;
	const char *template;
};

/* Fills the template with one finished object. If the database failed, the template "away" takes its place.
 */
MUST_USE reply page_reply(struct request *req, int status, const struct page *page,
			  const struct json_writer *data);

#endif
