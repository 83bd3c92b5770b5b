/*
 * link.c - signed links: token, notification, member, page
 */
#include <string.h>
#include <talloc.h>

#include "gen/notification_pages.h"
#include "gen/sql/notification.h"
#include "services/notification/link.h"
#include "services/notification/notifier.h"

/* --- what a token stands for ----------------------------------------------------------------------- */

const struct json *link_holds(struct request *req, const struct stored_preferences *p, bool masked)
{
	struct json_writer *w = json_writer_new(req);
	const char *text, *error;
	size_t length;

	preferences_put(w, req, p->document, p->profile, p->version, 0, masked);
	text = json_text(w, &length);
	return json_parse(req, text, length, &error);
}

static const struct json *column_json(struct request *req, const struct rows *r, int column)
{
	const char *error, *text;
	size_t length;

	if (row_null(r, 0, column))
		return NULL;
	text = row_bytes(r, 0, column, &length);
	return json_parse(req, text, length, &error);
}

static void read_linked(struct request *req, const struct rows *r, struct link *l)
{
	l->notification_id = l->track.notification_id;
	l->member_id = row_text(r, 0, 0);
	l->category = row_text(r, 0, 1);
	l->channel = row_null(r, 0, 2) ? CHANNEL_EMAIL : (enum channel)row_integer(r, 0, 2);
	l->urls = column_json(req, r, 3);
	l->sent = !row_null(r, 0, 4);
	l->sent_at = l->sent ? row_instant(r, 0, 4) : 0;
	l->preferences = talloc_zero(req, struct stored_preferences);
	l->preferences->version = row_integer(r, 0, 5);
	l->preferences->document = column_json(req, r, 6);
	l->preferences->profile = column_json(req, r, 7);
	l->holds = link_holds(req, l->preferences, true);
}

/* Who tries tokens costs us a hash and no query. */
enum link_state link_read(struct request *req, const char *token, enum track_kind kind, struct link *l)
{
	const struct notifier *n = req->daemon->state;
	const char *error;
	struct rows *r;

	*l = (struct link){.token = token};
	if (n->secret == NULL || !track_read(&n->keys, token, kind, clock_now(), &l->track, &error))
		return l->track.expires ? LINK_OLD : LINK_UNKNOWN;
	r = db_query(req->db, req, SQL_NOTIFICATION_GET_LINKED, "t", l->track.notification_id);
	if (rows_count(r) == 0)
		return LINK_OLD;
	read_linked(req, r, l);
	return LINK_GOOD;
}

bool link_tracks(const struct link *l)
{
	return json_get_boolean(l->holds, "tracking_consent", false);
}

struct link *link_follow(struct request *req, const char *token, enum track_kind kind, const char *lang,
			 reply *out)
{
	struct link *l = talloc_zero(req, struct link);
	enum link_state state = link_read(req, token, kind, l);

	l->language = page_language(&notification_pages, lang);
	l->chosen = l->language != NULL;
	if (l->language == NULL)
		l->language = page_language(&notification_pages, json_get_text(l->holds, "locale", NULL));
	if (l->language == NULL)
		l->language = page_language_accepted(&notification_pages,
						     request_header(req, "accept-language"));
	if (state == LINK_GOOD)
		return l;
	*out = link_message(req, state == LINK_OLD ? 410 : 404, l, state == LINK_OLD ? "old" : "unknown");
	return NULL;
}

/* --- pages ------------------------------------------------------------------------------------------ */

/* The same page in every language there is. */
static void put_languages(struct json_writer *w, const struct request *req, const struct link *l)
{
	const char *page = strcmp(req->operation->path, "/u/{token}") == 0 ? "" : "/preferences";
	const struct page_language *other = notification_pages.languages;
	size_t i;

	json_open_array(w, "languages");
	for (i = 0; i < notification_pages.language_count; i++, other++) {
		json_open_object(w, NULL);
		json_put_text(w, "code", other->code);
		json_put_text(w, "name", page_words(other, "language"));
		json_put_text(w, "href", talloc_asprintf(w, "/u/%s%s?lang=%s", l->token, page, other->code));
		json_put_boolean(w, "current", other == l->language);
		json_close(w);
	}
	json_close(w);
}

struct json_writer *link_data(struct request *req, const struct link *l)
{
	struct json_writer *w = json_writer_new(req);

	json_open_object(w, NULL);
	json_put_text(w, "brand", sending.mail_from_name);
	if (l->holds && l->track.kind == TRACK_UNSUBSCRIBE) { /* else the token leads to no page */
		json_put_text(w, "link", talloc_asprintf(w, "/u/%s", l->token));
		json_put_text(w, "query", l->chosen ? talloc_asprintf(w, "?lang=%s", l->language->code) : "");
		put_languages(w, req, l);
	}
	return w;
}

reply link_page(struct request *req, int status, const struct link *l, const char *template,
		struct json_writer *data)
{
	const struct page page = {&notification_pages, l->language, template};

	json_close(data);
	return page_reply(req, status, &page, data);
}

const char *link_words(const struct link *l, const char *group, const char *name)
{
	return page_words_of(l->language, group, name);
}

reply link_message(struct request *req, int status, const struct link *l, const char *name)
{
	struct json_writer *w = link_data(req, l);

	json_put_text(w, "title", link_words(l, name, "title"));
	json_put_text(w, "text", link_words(l, name, "text"));
	return link_page(req, status, l, "message", w);
}
