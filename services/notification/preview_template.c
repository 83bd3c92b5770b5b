/*
 * preview_template.c - what a template becomes on every channel, how large it is, and what to look at
 */
#include <openssl/evp.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/categories.h"
#include "services/notification/notification.h"
#include "services/notification/notification_json.h"
#include "services/notification/notifier.h"
#include "services/notification/push_payload.h"
#include "services/notification/slack_blocks.h"
#include "services/notification/template_body.h"
#include "services/notification/variables.h"

enum {
	SUBJECT_SHOWN = 70,      /* characters; many readers show no more */
	HTML_SHOWN = 102 * 1024, /* bytes; Gmail shows no more */
	PAYLOAD_MAX = 4096       /* bytes that push services take */
};

struct preview {
	struct request *req;
	const struct message_template *template;
	const char *locale;
	const struct json *variables;
	struct json_writer *w;
};

static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += (*text & 0xc0) != 0x80;
	return count;
}

static void warn(struct json_writer *w, const char *code, const char *detail)
{
	json_open_object(w, NULL);
	json_put_text(w, "code", code);
	json_put_text(w, "detail", detail);
	json_close(w);
}

/* --- the parts of a channel, their sizes, and what is odd about them ---------------------------------- */

static void write_payload(struct json_writer *w, const struct message *m, const char *text)
{
	json_open_object(w, NULL);
	json_put_text(w, "title", m->title);
	json_put_text(w, "body", text);
	json_put_text(w, "link", m->link);
	push_put_data(w, m);
	json_close(w);
}

/* Without what the services' own fields add. */
static size_t payload_size(const void *parent, const struct message *m)
{
	struct json_writer *w = json_writer_new(parent);
	size_t length;

	write_payload(w, m, m->text);
	json_text(w, &length);
	return length;
}

/* The HTML names them by cid. */
static void put_images(struct preview *p, const struct message *m)
{
	unsigned char *text;
	size_t i;

	json_open_array(p->w, "images");
	for (i = 0; i < m->image_count; i++) {
		text = talloc_size(p->req, 4 * ((m->images[i].length + 2) / 3) + 1);
		EVP_EncodeBlock(text, m->images[i].bytes, (int)m->images[i].length);
		json_open_object(p->w, NULL);
		json_put_text(p->w, "cid", m->images[i].content_id);
		json_put_text(p->w, "content_type", m->images[i].content_type);
		json_put_text(p->w, "base64", (const char *)text);
		json_close(p->w);
	}
	json_close(p->w);
}

static void put_email(struct preview *p, const struct message *m)
{
	json_put_text(p->w, "subject", m->title);
	json_put_text(p->w, "text", m->text);
	json_put_text(p->w, "html", m->html);
	put_images(p, m);
	json_open_object(p->w, "sizes");
	json_put_integer(p->w, "subject", (int64_t)strlen(m->title));
	json_put_integer(p->w, "text", (int64_t)strlen(m->text));
	json_put_integer(p->w, "html", (int64_t)strlen(m->html));
	json_close(p->w);
	json_open_array(p->w, "warnings");
	if (m->title[0] == '\0')
		warn(p->w, "empty_subject", "The subject is empty");
	if (characters(m->title) > SUBJECT_SHOWN)
		warn(p->w, "long_subject",
		     "The subject is longer than 70 characters, and may be shown in part");
	if (m->html[0] == '\0')
		warn(p->w, "no_html", "There is no HTML: no pictures, and neither clicks nor opens are told");
	if (strlen(m->html) > HTML_SHOWN)
		warn(p->w, "large_html", "The HTML is larger than 102 KiB, and may be shown in part");
}

static void put_push(struct preview *p, const struct message *m)
{
	size_t payload = payload_size(p->req, m);

	json_put_text(p->w, "title", m->title);
	json_put_text(p->w, "body", m->text);
	json_put_text(p->w, "link", m->link);
	json_open_object(p->w, "sizes");
	json_put_integer(p->w, "title", (int64_t)strlen(m->title));
	json_put_integer(p->w, "body", (int64_t)strlen(m->text));
	json_put_integer(p->w, "payload", (int64_t)payload);
	json_close(p->w);
	json_open_array(p->w, "warnings");
	if (payload > PAYLOAD_MAX)
		warn(p->w, "large_payload", "It is larger than 4,096 bytes: the text will be cut");
	if (m->link[0] && strncmp(m->link, "https://", 8) != 0)
		warn(p->w, "link_not_https", "The link is no https URL");
}

static void put_slack(struct preview *p, const struct message *m)
{
	const char *error = NULL;
	size_t length;

	json_put_text(p->w, "text", m->text);
	json_open_object(p->w, "sizes");
	json_put_integer(p->w, "text", (int64_t)strlen(m->text));
	json_close(p->w);
	json_open_array(p->w, "warnings");
	if (slack_body(p->req, m, "C00000000", &length, &error) == NULL)
		warn(p->w, "refused", error);
	else if (characters(m->text) > SLACK_SECTION_MAX)
		warn(p->w, "long_text", "The text is longer than 3,000 characters, and will be cut");
}

static void put_missing(struct preview *p, const struct mustache_missing *missing)
{
	size_t i;

	for (i = 0; i < missing->count; i++)
		warn(p->w, "missing_variable", talloc_asprintf(p->req, "%s has no value", missing->names[i]));
}

/* --- the whole ------------------------------------------------------------------------------------- */

static bool put_channel(struct preview *p, enum channel c, const char **error)
{
	static void (*const parts[CHANNEL_COUNT])(struct preview *,
						  const struct message *) = {put_email, put_push, put_slack};
	struct message m = {.notification_id = "00000000000000000000000000",
			    .member_id = "",
			    .category = "account",
			    .address = "",
			    .platform = "",
			    .title = "",
			    .text = "",
			    .html = "",
			    .link = "",
			    .collapse_key = "",
			    .unsubscribe = "",
			    .now = clock_now(),
			    .expires = INSTANT_MAX};
	struct mustache_missing missing = {.count = 0};

	if (!template_render_noting(p->req, p->template, c, p->locale, p->variables, &m, &missing, error))
		return false;
	json_open_object(p->w, channel_name(c));
	json_put_text(p->w, "locale", m.locale);
	parts[c](p, &m); /* leaves the warnings open */
	put_missing(p, &missing);
	json_close(p->w);
	json_close(p->w);
	return true;
}

/* For somebody who might read it. */
static const struct json *with_reader(struct request *req, const struct json *given, const char *locale)
{
	struct recipient *r = recipient_unknown(req, "");
	const char *links = talloc_asprintf(req, "%s/u/test", sending.public_url), *error;

	r->profile = json_parse(req, "{\"name\": \"Ada Example\"}", 23, &error);
	return variables_for(req, given, r, locale, links, talloc_asprintf(req, "%s/preferences", links));
}

reply preview_template(struct request *req, const struct preview_template_in *in)
{
	struct template_body body;
	struct preview p = {.req = req, .w = json_writer_new(req)};
	const char *error = "";
	reply out;
	int c;

	if (!template_body_read(req, false, &body, &out) ||
	    (p.template = template_body_load(req, in->name, &body, &out)) == NULL)
		return out;
	p.locale = body.locale ? body.locale : "en";
	p.variables = with_reader(req, body.variables, p.locale);
	json_open_object(p.w, NULL);
	json_put_text(p.w, "name", in->name);
	if (body.document)
		json_put_null(p.w, "version");
	else
		json_put_integer(p.w, "version", body.version);
	json_open_object(p.w, "channels");
	for (c = 0; c < CHANNEL_COUNT; c++)
		if (template_channels(p.template) & CHANNEL_BIT(c) &&
		    (body.channel == CHANNEL_COUNT || (int)body.channel == c) &&
		    !put_channel(&p, (enum channel)c, &error))
			return reply_error(req, ERR_UNPROCESSABLE, "%s: %s", channel_name((enum channel)c),
					   error);
	json_close(p.w);
	put_as_of(p.w);
	json_close(p.w);
	return reply_json(req, p.w);
}
