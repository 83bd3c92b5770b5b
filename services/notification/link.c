/*
 * link.c - signed links: token, notification, page
 */
#include <string.h>
#include <talloc.h>

#include "common/mustache.h"
#include "gen/notification_pages.h"
#include "gen/sql/notification.h"
#include "services/notification/link.h"
#include "services/notification/notifier.h"

static const char *find_page(void *context, const char *name, size_t *length)
{
	(void)context;
	if (strcmp(name, "page_top") != 0)
		return NULL;
	*length = sizeof(page_page_top) - 1;
	return page_page_top;
}

reply page_reply(struct request *req, int status, const char *template, size_t length,
		 const struct json_writer *data)
{
	struct mustache_partials partials = {find_page, NULL};
	const char *error = "", *text;
	size_t size;
	const struct json *view;
	struct mustache *m = mustache_parse(req, template, length, &error);
	char *html;

	text = json_text(data, &size);
	view = json_parse(req, text, size, &error);
	html = m && view ? mustache_render(req, m, view, &partials, MUSTACHE_HTML, &size, &error) : NULL;
	if (html == NULL)
		return reply_error(req, ERR_INTERNAL, "the page cannot be rendered: %s", error);
	request_put_header(req, "cache-control", "no-store");
	request_put_header(req, "referrer-policy", "no-referrer");
	request_put_header(req, "content-security-policy",
			   "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri "
			   "'none'; frame-ancestors 'none'");
	return reply_body(req, status, "text/html; charset=utf-8", html, size);
}

struct json_writer *page_data(struct request *req, const char *title, const char *token)
{
	struct json_writer *w = json_writer_new(req);

	json_open_object(w, NULL);
	json_put_text(w, "title", title);
	json_put_text(w, "token", token);
	return w;
}

void page_put_subject(struct json_writer *w, const struct link *l)
{
	static const char *const words[CHANNEL_COUNT] = {"e-mail", "app", "Slack"};
	const struct category *c = category_find(l->category);

	json_put_text(w, "category", c ? c->title : l->category);
	json_put_text(w, "channel", words[l->channel]);
}

static reply refuse(struct request *req, const char *detail)
{
	struct json_writer *w = page_data(req, "This link does not work", "");

	json_put_text(w, "detail", detail);
	json_close(w);
	return page_reply(req, 404, page_refused, sizeof(page_refused) - 1, w);
}

struct link *link_follow(struct request *req, const char *token, enum track_kind kind, reply *out)
{
	const struct notifier *n = req->daemon->state;
	struct link *l = talloc_zero(req, struct link);
	const char *error = "It was not made by us", *text;
	struct rows *r;
	size_t length;

	l->token = token;
	if (n->secret == NULL || !track_read(&n->keys, token, kind, clock_now(), &l->track, &error)) {
		*out = refuse(req, error);
		return NULL;
	}
	r = db_query(req->db, req, SQL_NOTIFICATION_GET_LINKED, "t", l->track.notification_id);
	if (rows_count(r) == 0) {
		*out = refuse(req, "The message it belongs to is not there any more");
		return NULL;
	}
	l->notification_id = l->track.notification_id;
	l->member_id = row_text(r, 0, 0);
	l->category = row_text(r, 0, 1);
	l->channel = row_null(r, 0, 2) ? CHANNEL_EMAIL : (enum channel)row_integer(r, 0, 2);
	if (!row_null(r, 0, 3)) {
		text = row_bytes(r, 0, 3, &length);
		l->urls = json_parse(l, text, length, &error);
	}
	l->sent = !row_null(r, 0, 4);
	l->sent_at = l->sent ? row_instant(r, 0, 4) : 0;
	return l;
}
