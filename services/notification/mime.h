/*
 * mime.h - a whole mail, written the same way each time
 *
 * The same input gives the same bytes, so that a mail can be signed, repeated and compared. Shape:
 * multipart/alternative(text/plain; multipart/related(text/html; inline images)), each level only
 * where it has two parts. Texts are UTF-8 in quoted-printable; a text's last line is always ended.
 */
#ifndef AE_NOTIFICATION_MIME_H
#define AE_NOTIFICATION_MIME_H

#include "services/notification/bytes.h"
#include "services/notification/channel.h"

/* Absent texts are "". */
struct mail {
	const char *id;     /* the notification's: letters, digits, hyphens */
	const char *domain; /* Message-ID is <id@domain> */
	const char *from_name, *from, *to, *reply_to;
	const char *subject, *text, *html;
	const struct inline_image *images;
	size_t image_count;
	const char *list_id;          /* "milestones.news.example.com" */
	const char *unsubscribe;      /* https URI (RFC 8058); "" = no List-* headers */
	const char *unsubscribe_mail; /* an address for it beside the URI (RFC 2369) */
	const char *feedback_id;      /* "milestones:bulk:email:relay" */
	bool automatic;               /* Auto-Submitted: auto-generated (RFC 3834) */
	instant date;
};

/* The mail with CRLF line ends. NULL: *error says which header or part cannot be written, and why. */
struct bytes *mime_write(const void *parent, const struct mail *mail, const char **error);

#endif
