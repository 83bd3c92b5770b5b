/*
 * slack_blocks.c - header, sections, button and context, within Slack's limits
 *
 * Lengths count what is sent, that is after escaping, so that no limit is met by surprise. Only & < > are
 * escaped, as Slack asks; other marks are mrkdwn.
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/slack_blocks.h"

/* Bytes of the UTF-8 character at s; a stray byte counts as one. */
static size_t character(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static size_t escaped_size(char c)
{
	return c == '&' ? 5 : c == '<' || c == '>' ? 4 : 1;
}

/*
 * How many bytes of text fit into max characters once escaped. A piece that has to end does so behind the
 * last line end in its second half, else behind the last space there, else between two characters.
 */
static size_t fitting(const char *text, size_t max)
{
	size_t used = 0, at = 0, line = 0, space = 0;

	while (text[at] && used + escaped_size(text[at]) <= max) {
		used += escaped_size(text[at]);
		at += character(text + at);
		if (used * 2 > max && text[at - 1] == '\n')
			line = at;
		if (used * 2 > max && text[at - 1] == ' ')
			space = at;
	}
	return text[at] == '\0' ? at : line ? line : space ? space : at;
}

static char *escape(const void *parent, const char *text, size_t length)
{
	char *out = talloc_array(parent, char, length * 5 + 1), *o = out;
	const char *entity;
	size_t i, n;

	for (i = 0; i < length; i++) {
		entity = text[i] == '&' ? "&amp;" : text[i] == '<' ? "&lt;" : text[i] == '>' ? "&gt;" : NULL;
		n = entity ? strlen(entity) : 1;
		memcpy(o, entity ? entity : &text[i], n);
		o += n;
	}
	*o = '\0';
	return out;
}

/* On one line, escaped, cut at max characters with an ellipsis. */
static char *escape_line(const void *parent, const char *text, size_t max)
{
	char *line = talloc_strdup(parent, text), *p, *cut;
	size_t length;

	for (p = line; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	length = fitting(line, max);
	if (line[length] == '\0')
		return escape(parent, line, length);
	cut = escape(parent, line, fitting(line, max - 1));
	return talloc_asprintf(parent, "%s\xe2\x80\xa6", cut);
}

static void put_text_object(struct json_writer *w, const char *name, const char *type, const char *text)
{
	json_open_object(w, name);
	json_put_text(w, "type", type);
	json_put_text(w, "text", text);
	json_close(w);
}

static void put_section(struct json_writer *w, const char *text)
{
	json_open_object(w, NULL);
	json_put_text(w, "type", "section");
	put_text_object(w, "text", "mrkdwn", text);
	json_close(w);
}

/* At most left sections; what is longer is cut, and says so. */
static void put_sections(struct json_writer *w, const char *text, size_t left)
{
	size_t length;

	for (text += strspn(text, "\n "); *text && left > 0; left--) {
		length = fitting(text, SLACK_SECTION_MAX);
		if (left == 1)
			put_section(w, text[length]
					       ? talloc_asprintf(w, "%s\xe2\x80\xa6",
								 escape(w, text,
									fitting(text, SLACK_SECTION_MAX - 1)))
					       : escape(w, text, length));
		else
			put_section(w, escape(w, text, length));
		text += length;
		text += strspn(text, "\n ");
	}
}

static void put_button(struct json_writer *w, const struct message *m)
{
	json_open_object(w, NULL);
	json_put_text(w, "type", "actions");
	json_open_array(w, "elements");
	json_open_object(w, NULL);
	json_put_text(w, "type", "button");
	put_text_object(w, "text", "plain_text",
			escape_line(w, json_get_text(m->extra, "button", "Open"), SLACK_LABEL_MAX));
	json_put_text(w, "url", m->link);
	json_put_text(w, "action_id", "ae_open");
	json_put_text(w, "value", m->notification_id); /* comes back with a tap, as metadata may not */
	json_close(w);
	json_close(w);
	json_close(w);
}

/* A URL inside <...|...>: its own marks must not end it. */
static char *link_target(const void *parent, const char *url)
{
	char *out = talloc_strdup(parent, "");
	size_t plain;

	while (*url) {
		plain = strcspn(url, "&<>|");
		out = talloc_strndup_append_buffer(out, url, plain);
		url += plain;
		if (*url)
			out = talloc_strdup_append_buffer(out, *url == '&'   ? "&amp;"
							       : *url == '<' ? "%3C"
							       : *url == '>' ? "%3E"
									     : "%7C");
		url += *url != '\0';
	}
	return out;
}

static const char *context_text(const void *parent, const struct message *m)
{
	const char *words = json_get_text(m->extra, "context", ""), *link = "";

	words = escape_line(parent, words, SLACK_SECTION_MAX / 4);
	if (*m->unsubscribe && strlen(m->unsubscribe) <= SLACK_SECTION_MAX / 4)
		link = talloc_asprintf(parent, "<%s|%s>", link_target(parent, m->unsubscribe),
				       escape_line(parent,
						   json_get_text(m->extra, "unsubscribe", "Unsubscribe"),
						   SLACK_LABEL_MAX));
	return talloc_asprintf(parent, "%s%s%s", words, *words && *link ? " \xc2\xb7 " : "", link);
}

static void put_context(struct json_writer *w, const char *text)
{
	json_open_object(w, NULL);
	json_put_text(w, "type", "context");
	json_open_array(w, "elements");
	put_text_object(w, NULL, "mrkdwn", text);
	json_close(w);
	json_close(w);
}

static void put_own_blocks(struct json_writer *w, const struct message *m, const char *context)
{
	const size_t around = 1 + (*m->link != '\0') + (*context != '\0');

	if (*m->title) {
		json_open_object(w, NULL);
		json_put_text(w, "type", "header");
		put_text_object(w, "text", "plain_text", escape_line(w, m->title, SLACK_HEADER_MAX));
		json_close(w);
	}
	put_sections(w, m->text, SLACK_BLOCKS_MAX - around);
	if (*m->link && strlen(m->link) <= SLACK_URL_MAX)
		put_button(w, m);
}

static void put_blocks(struct json_writer *w, const struct message *m, const struct json *given,
		       const char *context)
{
	const struct json *block;

	json_open_array(w, "blocks");
	if (given)
		for (block = given->first; block; block = block->next)
			json_put_value(w, NULL, block);
	else
		put_own_blocks(w, m, context);
	if (*context)
		put_context(w, context);
	json_close(w);
}

/* What a notification or a screen reader shows. */
static const char *fallback(const void *parent, const struct message *m)
{
	const char *gap = *m->title && *m->text ? ": " : "";

	return escape_line(parent, talloc_asprintf(parent, "%s%s%s", m->title, gap, m->text),
			   SLACK_FALLBACK_MAX);
}

static void put_metadata(struct json_writer *w, const struct message *m)
{
	json_open_object(w, "metadata");
	json_put_text(w, "event_type", "ae_notification");
	json_open_object(w, "event_payload");
	json_put_text(w, "notification_id", m->notification_id);
	json_close(w);
	json_close(w);
}

const char *slack_body(const void *parent, const struct message *m, const char *channel, size_t *length,
		       const char **error)
{
	const struct json *given = json_get(m->extra, "blocks");
	struct json_writer *w = json_writer_new(parent);
	const char *context = context_text(w, m);

	if (given && (given->kind != JSON_ARRAY || given->count == 0))
		given = NULL;
	*error = m->title[strspn(m->title, " \n")] == '\0' && m->text[strspn(m->text, " \n")] == '\0'
			 ? "neither title nor text"
		 : given && given->count + (*context != '\0') > SLACK_BLOCKS_MAX ? "more than 50 blocks"
										 : NULL;
	if (*error)
		return NULL;
	json_open_object(w, NULL);
	if (channel)
		json_put_text(w, "channel", channel);
	json_put_text(w, "text", fallback(w, m));
	put_blocks(w, m, given, context);
	if (channel)
		put_metadata(w, m);
	json_put_boolean(w, "unfurl_links", false);
	json_put_boolean(w, "unfurl_media", false);
	json_close(w);
	return json_text(w, length);
}
