/*
 * link.h - what stands behind a signed link of a message, and the pages it leads to
 */
#ifndef AE_NOTIFICATION_LINK_H
#define AE_NOTIFICATION_LINK_H

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
};

/* NULL: *out is the page that says why. */
struct link *link_follow(struct request *req, const char *token, enum track_kind kind, reply *out);
/* A page of pages/, filled with what the writer holds (one finished object). */
reply page_reply(struct request *req, int status, const char *template, size_t length,
		 const struct json_writer *data);
/* Begins a page's data: title and token; the caller puts the rest and closes. */
struct json_writer *page_data(struct request *req, const char *title, const char *token);
/* The title of the message's category, for people; "e-mail" and so on. */
void page_put_subject(struct json_writer *w, const struct link *l);

#endif
