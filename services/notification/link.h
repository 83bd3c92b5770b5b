/*
 * link.h - what stands behind a signed link of a message
 *
 * Whoever has the link is let in: a mail may be forwarded. So what a link shows of the member are hints, and
 * what it can change harms nobody much and can be taken back (docs/adr/0006-pages-behind-links.md).
 */
#ifndef AE_NOTIFICATION_LINK_H
#define AE_NOTIFICATION_LINK_H

#include "common/page.h"
#include "services/notification/notification.h"
#include "services/notification/track.h"

struct link {
	const char *token;
	struct track track;
	const char *notification_id, *member_id, *category;
	enum channel channel;
	const struct json *urls; /* of tracked links; NULL if none */
	bool sent;
	instant sent_at;
	struct stored_preferences *preferences;
	const struct json *holds; /* what holds of them; addresses are hints */
	const struct page_language *language;
	bool chosen; /* the language was asked for, and stays */
};

enum link_state {
	LINK_GOOD,
	LINK_OLD,    /* ours once: too old, or its message is gone */
	LINK_UNKNOWN /* anything else; which, is not told */
};

enum link_state link_read(struct request *req, const char *token, enum track_kind kind, struct link *l);
/* For pages; lang is the page's language as asked for, or NULL. NULL: *out is a page that says that the link
 * does not work. */
struct link *link_follow(struct request *req, const char *token, enum track_kind kind, const char *lang,
			 reply *out);
/* What holds of a member's preferences, under the request. */
const struct json *link_holds(struct request *req, const struct stored_preferences *p, bool masked);
/* Whether the member agrees to being seen opening and clicking, now: consent may have been taken back. */
bool link_tracks(const struct link *l);

/* A page's data begun: who we are, the link, the language and the other ones; the caller puts the rest, and
 * closes it with link_page. l may lack all but language. */
struct json_writer *link_data(struct request *req, const struct link *l);
MUST_USE reply link_page(struct request *req, int status, const struct link *l, const char *template,
			 struct json_writer *data);
/* A page of nothing but words: "<name>.title" and "<name>.text". */
MUST_USE reply link_message(struct request *req, int status, const struct link *l, const char *name);
/* Words of the link's language. */
const char *link_words(const struct link *l, const char *group, const char *name);

#endif
