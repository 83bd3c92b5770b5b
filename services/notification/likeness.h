/*
 * likeness.h - the same message to the same member, told apart from another one
 *
 * Messages are alike if category, template and variables are; the order of an object's members does not
 * matter. Kept with an intent that was sent with a dedup_window, and looked for by those that come with one.
 */
#ifndef AE_NOTIFICATION_LIKENESS_H
#define AE_NOTIFICATION_LIKENESS_H

#include "services/notification/intent.h"

/* LIKENESS bytes, under parent. variables NULL: none. */
const unsigned char *likeness_of(const void *parent, const char *category, const char *template,
				 const struct json *variables);

/*
 * For each of the intents, which all have the same likeness: the id of one that its member was sent within
 * the window (seconds) or is being sent, or NULL. lock: nobody else finds or makes such ones until the
 * commit.
 */
const char **likeness_find(struct db *db, const void *parent, struct intent *const *intents, size_t count,
			   int64_t window, bool lock);

#endif
