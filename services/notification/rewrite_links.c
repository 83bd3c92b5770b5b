/*
 * rewrite_links.c - one pass over the tags of an HTML mail, as the tokenizer of the HTML standard sees them
 *
 * Whatever is not understood is copied as it stands: a mail that tracks less is better than a broken one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/rewrite_links.h"

static const char spaces[] = " \t\r\n\f";

struct pass {
	const struct rewrite *r;
	struct rewritten *out;
	const char *html, *end;
	char *text; /* written so far; grows by doubling */
	size_t length, size;
	size_t body; /* place of the last </body> in text; SIZE_MAX if none */
	const char *error;
};

struct span {
	const char *at;
	size_t length;
};

/* A tag's attributes that matter here. */
struct tag {
	struct span name, href;
	bool has_href, kept_out;
};

static void put(struct pass *p, const char *at, size_t length)
{
	while (p->size - p->length < length + 1) {
		p->size *= 2;
		p->text = talloc_realloc(p->out, p->text, char, p->size);
	}
	memcpy(p->text + p->length, at, length);
	p->length += length;
	p->text[p->length] = '\0';
}

static bool span_is(struct span s, const char *word)
{
	return s.length == strlen(word) && strncasecmp(s.at, word, s.length) == 0;
}

/* The value behind a "=": quoted, or up to a space or the tag's end. Returns where reading goes on. */
static const char *read_value(const char *s, const char *end, struct span *value)
{
	char quote;

	s += strspn(s, spaces);
	if (s < end && (*s == '"' || *s == '\'')) {
		quote = *s++;
		value->at = s;
		while (s < end && *s != quote)
			s++;
		value->length = (size_t)(s - value->at);
		return s < end ? s + 1 : s;
	}
	value->at = s;
	while (s < end && *s != '>' && strchr(spaces, *s) == NULL)
		s++;
	value->length = (size_t)(s - value->at);
	return s;
}

static void note_attribute(struct tag *tag, struct span name, struct span value)
{
	if (span_is(name, "data-ae-notrack"))
		tag->kept_out = true;
	if (span_is(name, "href") && !tag->has_href) { /* of two the first counts */
		tag->href = value;
		tag->has_href = true;
	}
}

/* Reads from behind "<" or "</" to behind ">"; NULL if the tag never ends. */
static const char *read_tag(const char *s, const char *end, struct tag *tag)
{
	struct span name, value;

	*tag = (struct tag){.name = {s, strcspn(s, " \t\r\n\f/>")}};
	s += tag->name.length;
	for (;;) {
		s += strspn(s, " \t\r\n\f/");
		if (s >= end)
			return NULL;
		if (*s == '>')
			return s + 1;
		name = (struct span){s, strcspn(s + 1, " \t\r\n\f/>=") + 1}; /* a "=" may begin a name */
		s += name.length;
		s += strspn(s, spaces);
		value = (struct span){s, 0};
		if (*s == '=')
			s = read_value(s + 1, end, &value);
		note_attribute(tag, name, value);
	}
}

/* "&#38;" or "&#x26;", of one printable ASCII character; 0 if it is none. *used counts what was read. */
static char read_numeric(struct span s, size_t *used)
{
	bool hex = s.length > 2 && (s.at[2] | 0x20) == 'x';
	size_t at = hex ? 3 : 2, digits;
	char copy[8];
	unsigned long value;

	if (s.length < 4 || s.at[1] != '#')
		return 0;
	digits = strspn(s.at + at, hex ? "0123456789abcdefABCDEF" : "0123456789");
	if (digits == 0 || digits >= sizeof(copy) || at + digits >= s.length || s.at[at + digits] != ';')
		return 0;
	memcpy(copy, s.at + at, digits);
	copy[digits] = '\0';
	value = strtoul(copy, NULL, hex ? 16 : 10);
	*used = at + digits + 1;
	return value > ' ' && value < 127 ? (char)value : 0;
}

/* One character reference; 0 if it is none that a URL needs. */
static char read_reference(struct span s, size_t *used)
{
	static const struct {
		const char *text;
		char is;
	} named[] = {{"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&lt;", '<'}, {"&gt;", '>'}};
	size_t i;

	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		*used = strlen(named[i].text);
		if (s.length >= *used && strncasecmp(s.at, named[i].text, *used) == 0)
			return named[i].is;
	}
	return read_numeric(s, used);
}

/* The URL that an attribute means; NULL if it is not plain https or holds what no URL holds. */
static const char *read_url(const void *parent, struct span s)
{
	char *url = talloc_array(parent, char, s.length + 1), *o = url, c;
	size_t used;

	while (s.length > 0) {
		used = 1;
		c = *s.at;
		if (c == '&' && (c = read_reference(s, &used)) == 0) {
			c = '&';
			used = 1;
		}
		*o++ = c;
		s.at += used;
		s.length -= used;
	}
	*o = '\0';
	while (o > url && strchr(spaces, o[-1]))
		*--o = '\0';
	url += strspn(url, spaces);
	if (strncasecmp(url, "https://", 8) != 0 || url[8] == '\0')
		return NULL;
	for (o = url; *o; o++)
		if ((unsigned char)*o <= ' ' || *o == 0x7f)
			return NULL;
	return url;
}

static const char *tracking_url(struct pass *p, enum track_kind kind, size_t link)
{
	struct track t = {.kind = kind, .link = (uint16_t)link, .expires = p->r->expires};
	char *token;

	snprintf(t.notification_id, sizeof(t.notification_id), "%s", p->r->notification_id);
	token = track_make(p->out, p->r->keys, &t, &p->error);
	if (token == NULL)
		return NULL;
	return talloc_asprintf(p->out, "%s/t/%c/%s%s", p->r->base, kind, token,
			       kind == TRACK_OPEN ? ".gif" : "");
}

/* Copies a tag, with another href if it is a link to be tracked. */
static void put_tag(struct pass *p, const char *from, const char *behind, const struct tag *tag)
{
	const char *url = NULL, *tracked;
	bool link = span_is(tag->name, "a") || span_is(tag->name, "area");
	bool quoted = tag->has_href && strchr("\"'", tag->href.at[-1]) != NULL;

	if (p->r->clicks && link && tag->has_href && !tag->kept_out && p->out->count < REWRITE_LINKS_MAX)
		url = read_url(p->out, tag->href);
	tracked = url ? tracking_url(p, TRACK_CLICK, p->out->count) : NULL;
	if (tracked == NULL) {
		put(p, from, (size_t)(behind - from));
		return;
	}
	p->out->urls = talloc_realloc(p->out, p->out->urls, const char *, p->out->count + 1);
	p->out->urls[p->out->count++] = url;
	put(p, from, (size_t)(tag->href.at - from));
	put(p, quoted ? "" : "\"", quoted ? 0 : 1);
	put(p, tracked, strlen(tracked));
	put(p, quoted ? "" : "\"", quoted ? 0 : 1);
	from = tag->href.at + tag->href.length;
	put(p, from, (size_t)(behind - from));
}

/* Where the text of such an element ends: its end tag is not read, only found. */
static const char *raw_text_end(const struct tag *tag, const char *s, const char *end)
{
	static const char *const raw[] = {"style", "script", "title", "textarea", "xmp", "noframes"};
	size_t i;

	for (i = 0; i < sizeof(raw) / sizeof(raw[0]) && !span_is(tag->name, raw[i]); i++)
		;
	if (i == sizeof(raw) / sizeof(raw[0]))
		return s;
	for (; s < end; s++)
		if (s[0] == '<' && s[1] == '/' && strncasecmp(s + 2, raw[i], strlen(raw[i])) == 0)
			return s;
	return end;
}

static const char *comment_end(const char *s, const char *end)
{
	const char *close;

	if (strncmp(s, "<!--", 4) == 0) {
		close = strstr(s + 4, "-->");
		return close ? close + 3 : end;
	}
	close = strchr(s, '>');
	return close ? close + 1 : end;
}

/* One piece: text up to a "<", or what begins with it. Returns where the next begins. */
static const char *put_piece(struct pass *p, const char *s)
{
	const char *behind;
	struct tag tag;
	bool closing = s[0] == '<' && s[1] == '/';

	if (*s != '<') {
		behind = s + strcspn(s, "<");
		put(p, s, (size_t)(behind - s));
		return behind;
	}
	if (s[1] == '!' || s[1] == '?') {
		behind = comment_end(s, p->end);
		put(p, s, (size_t)(behind - s));
		return behind;
	}
	if (strspn(s + 1 + closing, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == 0) {
		put(p, s, 1);
		return s + 1;
	}
	behind = read_tag(s + 1 + closing, p->end, &tag);
	if (behind == NULL)
		behind = p->end;
	else if (closing && span_is(tag.name, "body"))
		p->body = p->length;
	else if (!closing) {
		put_tag(p, s, behind, &tag);
		s = behind;
		behind = raw_text_end(&tag, s, p->end);
	}
	put(p, s, (size_t)(behind - s));
	return behind;
}

static void put_pixel(struct pass *p)
{
	const char *url = tracking_url(p, TRACK_OPEN, 0);
	char *tail, *pixel;

	if (url == NULL)
		return;
	if (p->body == SIZE_MAX)
		p->body = p->length;
	tail = talloc_strdup(p->out, p->text + p->body);
	pixel = talloc_asprintf(p->out,
				"<img src=\"%s\" width=\"1\" height=\"1\" alt=\"\" "
				"style=\"display:block;border:0;width:1px;height:1px\">",
				url);
	p->length = p->body;
	put(p, pixel, strlen(pixel));
	put(p, tail, strlen(tail));
}

bool rewrite_links(const void *parent, const struct rewrite *r, const char *html, struct rewritten *out,
		   const char **error)
{
	size_t length = strlen(html);
	struct rewritten *made = talloc_zero(parent, struct rewritten);
	struct pass p = {r, made, html, html + length, NULL, 0, length * 2 + 256, SIZE_MAX, NULL};

	p.text = talloc_array(made, char, p.size);
	p.text[0] = '\0';
	while (*html && p.error == NULL)
		html = put_piece(&p, html);
	if (r->opens && p.error == NULL)
		put_pixel(&p);
	if (p.error) {
		*error = p.error;
		talloc_free(made);
		return false;
	}
	made->html = p.text;
	*out = *made;
	return true;
}
