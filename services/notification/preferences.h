/*
 * preferences.h - what a member wants to hear, where and when: a JSON document, checked as a whole
 *
 * A document holds only what was set. What holds is the document, then the profile that the enrolment
 * gave, then the defaults of categories.c.
 */
#ifndef AE_NOTIFICATION_PREFERENCES_H
#define AE_NOTIFICATION_PREFERENCES_H

#include "common/clock.h"
#include "common/json.h"
#include "common/problem.h"
#include "services/notification/categories.h"

enum {
	PREFERENCES_CATEGORIES_MAX = 64,
	PREFERENCES_PUSH_MAX = 20,
	PREFERENCES_TOKEN_MAX = 4096, /* bytes */
	PREFERENCES_FAULTS_MAX = 20
};

/* Checks a document that a client gave. Pointers and texts of the faults hang under parent. False: there are
 * some. */
bool preferences_check(const void *parent, const struct json *document,
		       struct fault faults[PREFERENCES_FAULTS_MAX], size_t *fault_count);

/* What a GET tells beside the document; a client that puts back what it got need not take it out. */
bool preferences_told_only(const char *name);

/* A language tag as en-GB, by its form. */
bool locale_valid(const char *text);

/* JSON merge patch (RFC 7396): the document with the patch applied, written to w without an outer name. */
void preferences_merge(struct json_writer *w, const struct json *document, const struct json *patch);

/* The merge patch that wants a category on a channel, or does not. */
const struct json *preferences_wish(const void *parent, const char *category, enum channel c, bool wanted);

/*
 * What holds, as the reply wants it. masked: addresses and tokens only hint at themselves, for readers
 * who are not the member. as_of: when it was changed last, so that a version is always the same bytes; 0 =
 * not told.
 */
void preferences_put(struct json_writer *w, const void *scratch, const struct json *document,
		     const struct json *profile, int64_t version, instant as_of, bool masked);

#endif
