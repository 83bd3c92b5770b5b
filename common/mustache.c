/*
 * mustache.c - a template's text into a tree of tags
 *
 * A tag that stands alone on its line (sections, comments, partials, delimiters) takes the line with it; what
 * stood before a partial becomes the indentation of the partial's lines.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/mustache_tree.h"

enum {
	DELIMITER_MAX = 16
};

struct parser {
	struct mustache *m;
	const void *parent; /* of error texts */
	const char *text, *end, *at;
	char open[DELIMITER_MAX + 1], close[DELIMITER_MAX + 1];
	struct mustache_node *inside[MUSTACHE_DEPTH_MAX + 1]; /* sections that are open; [0] the template */
	size_t depth;
	const char **error;
};

/* One tag as it stands in the text. */
struct tag {
	const char *begin, *end; /* with its delimiters */
	char kind;               /* '#', '^', '/', '!', '>', '=', '&', or 'v' for a plain name */
	const char *name;        /* what is between, trimmed */
	size_t name_length;
};

static bool parse_failed(struct parser *p, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool parse_failed(struct parser *p, const char *at, const char *format, ...)
{
	int line = 1;
	char *what;
	va_list values;
	const char *c;

	for (c = p->text; c < at; c++)
		line += *c == '\n';
	va_start(values, format);
	what = talloc_vasprintf(p->parent, format, values);
	va_end(values);
	*p->error = talloc_asprintf(p->parent, "line %d: %s", line, what);
	return false;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *find(const char *from, const char *end, const char *wanted)
{
	return from < end ? memmem(from, (size_t)(end - from), wanted, strlen(wanted)) : NULL;
}

static void trim(const char **begin, const char **end)
{
	while (*begin < *end && blank(**begin))
		++*begin;
	while (*end > *begin && blank((*end)[-1]))
		--*end;
}

/* --- the tree ---------------------------------------------------------------------------------- */

static struct mustache_node *node_add(struct parser *p, enum mustache_kind kind, const char *text,
				      size_t length)
{
	struct mustache_node *n = talloc_zero(p->m, struct mustache_node), *in = p->inside[p->depth];

	n->kind = kind;
	n->text = talloc_strndup(n, text, length);
	n->length = length;
	if (in->last)
		in->last->next = n;
	else
		in->first = n;
	in->last = n;
	return n;
}

static void text_add(struct parser *p, const char *begin, const char *end)
{
	if (end > begin)
		node_add(p, MUSTACHE_TEXT, begin, (size_t)(end - begin));
}

/* --- tags ---------------------------------------------------------------------------------------- */

/* From an opening delimiter to the end of its tag. */
static bool tag_read(struct parser *p, const char *open, struct tag *t)
{
	const char *begin = open + strlen(p->open), *end, *close = p->close;
	char last[DELIMITER_MAX + 2];

	t->begin = open;
	t->kind = 'v';
	if (begin < p->end && strchr("#^/!>&={", *begin) && *begin)
		t->kind = *begin++;
	if (t->kind == '{' || t->kind == '=') {
		snprintf(last, sizeof(last), "%c%s", t->kind == '{' ? '}' : '=', p->close);
		close = last;
	}
	end = find(begin, p->end, close);
	if (end == NULL)
		return parse_failed(p, open, "the tag %.20s... is not closed by %s", open, close);
	t->end = end + strlen(close);
	if (t->kind == '{')
		t->kind = '&';
	trim(&begin, &end);
	t->name = begin;
	t->name_length = (size_t)(end - begin);
	if (t->kind != '!' && t->name_length == 0)
		return parse_failed(p, open, "a tag without a name");
	return true;
}

/* "=<% %>=": two delimiters without blanks or '='. */
static bool delimiters_set(struct parser *p, const struct tag *t)
{
	const char *end = t->name + t->name_length, *open_end = t->name, *close;
	size_t open_length, close_length;

	while (open_end < end && !blank(*open_end))
		open_end++;
	for (close = open_end; close < end && blank(*close);)
		close++;
	open_length = (size_t)(open_end - t->name);
	close_length = (size_t)(end - close);
	if (open_length < 1 || close_length < 1 || open_length > DELIMITER_MAX ||
	    close_length > DELIMITER_MAX || memchr(t->name, '=', t->name_length) ||
	    memchr(close, ' ', close_length) || memchr(close, '\n', close_length))
		return parse_failed(p, t->begin, "delimiters are set as {{=<%% %%>=}}");
	memcpy(p->open, t->name, open_length);
	p->open[open_length] = '\0';
	memcpy(p->close, close, close_length);
	p->close[close_length] = '\0';
	return true;
}

static bool section_open(struct parser *p, const struct tag *t)
{
	struct mustache_node *n;

	if (p->depth == MUSTACHE_DEPTH_MAX)
		return parse_failed(p, t->begin, "sections are nested deeper than %d", MUSTACHE_DEPTH_MAX);
	n = node_add(p, t->kind == '#' ? MUSTACHE_SECTION : MUSTACHE_INVERTED, t->name, t->name_length);
	n->begin = t->begin;
	p->inside[++p->depth] = n;
	return true;
}

static bool section_close(struct parser *p, const struct tag *t)
{
	const struct mustache_node *n = p->inside[p->depth];

	if (p->depth == 0 || n->text == NULL)
		return parse_failed(p, t->begin, "{{/%.*s}} closes nothing", (int)t->name_length, t->name);
	if (n->length != t->name_length || memcmp(n->text, t->name, n->length) != 0)
		return parse_failed(p, t->begin, "{{/%.*s}} comes where {{/%s}} is expected",
				    (int)t->name_length, t->name, n->text);
	p->depth--;
	return true;
}

/* Where the tag's line begins if nothing but blanks is before it, else NULL. */
static const char *line_before(const struct parser *p, const struct tag *t)
{
	const char *c = t->begin;

	while (c > p->text && (c[-1] == ' ' || c[-1] == '\t'))
		c--;
	return c == p->text || c[-1] == '\n' ? c : NULL;
}

/* Behind the tag's line if nothing but blanks follows it, else NULL. */
static const char *line_after(const struct parser *p, const struct tag *t)
{
	const char *c = t->end;

	while (c < p->end && (*c == ' ' || *c == '\t'))
		c++;
	if (c == p->end)
		return c;
	if (*c == '\r' && c + 1 < p->end && c[1] == '\n')
		c++;
	return *c == '\n' ? c + 1 : NULL;
}

static bool tag_add(struct parser *p, const struct tag *t, const char *indent, size_t indent_length)
{
	struct mustache_node *n;

	switch (t->kind) {
	case '!':
		return true;
	case '=':
		return delimiters_set(p, t);
	case '#':
	case '^':
		return section_open(p, t);
	case '/':
		return section_close(p, t);
	case '>':
		n = node_add(p, MUSTACHE_PARTIAL, t->name, t->name_length);
		n->indent = talloc_strndup(n, indent, indent_length);
		return true;
	case '&':
		node_add(p, MUSTACHE_RAW, t->name, t->name_length);
		return true;
	default:
		node_add(p, MUSTACHE_VALUE, t->name, t->name_length);
		return true;
	}
}

/* The text before the next tag and the tag itself; *more is false behind the last one. */
static bool parse_step(struct parser *p, bool *more)
{
	const char *open = find(p->at, p->end, p->open), *before, *after;
	bool alone;
	struct tag t = {.begin = p->at, .end = p->at, .name = p->at};

	*more = open != NULL;
	if (open == NULL) {
		text_add(p, p->at, p->end);
		return true;
	}
	if (!tag_read(p, open, &t))
		return false;
	before = line_before(p, &t);
	after = line_after(p, &t);
	alone = before && after && t.kind != 'v' && t.kind != '&';
	text_add(p, p->at, alone ? before : open);
	p->at = alone ? after : t.end;
	return tag_add(p, &t, alone ? before : "", alone ? (size_t)(open - before) : 0);
}

struct mustache *mustache_parse(const void *parent, const char *text, size_t length, const char **error)
{
	struct parser p = {.parent = parent, .open = "{{", .close = "}}", .error = error};
	bool good, more = true;

	p.m = talloc_zero(parent, struct mustache);
	p.text = p.at = talloc_strndup(p.m, text, length);
	if (p.text == NULL)
		abort();
	p.end = p.text + strlen(p.text);
	p.inside[0] = &p.m->root;
	do
		good = parse_step(&p, &more);
	while (good && more);
	if (good && p.depth > 0)
		good = parse_failed(&p, p.inside[p.depth]->begin, "the section {{#%s}} is not closed",
				    p.inside[p.depth]->text);
	if (!good)
		talloc_free(p.m);
	return good ? p.m : NULL;
}
