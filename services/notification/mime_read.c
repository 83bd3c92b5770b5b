/*
 * mime_read.c - a mail that came from outside, cut into its parts
 *
 * A part is a slice of the mail. An inner multipart sees only its own slice, so that a missing end
 * inside is ended by the boundary outside.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/bytes.h"
#include "services/notification/mime_read.h"

struct reading {
	const void *parent;
	size_t parts;
};

/* Where the line at p ends, and the next begins in *after. */
static const char *line_end(const char *p, const char *end, const char **after)
{
	const char *feed = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;

	*after = feed ? feed + 1 : end;
	if (feed == NULL)
		return end;
	return feed > p && feed[-1] == '\r' ? feed - 1 : feed;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Adds a piece of a value, controls as spaces, up to MIME_VALUE_MAX. */
static void put_value(struct bytes *value, const char *text, const char *end)
{
	for (; text < end && value->length < MIME_VALUE_MAX; text++)
		bytes_put(value, (unsigned char)*text < ' ' || *text == 0x7f ? " " : text, 1);
}

static char *trimmed(const void *parent, const struct bytes *value)
{
	const char *from = value->data, *to = from + value->length;

	while (from < to && *from == ' ')
		from++;
	while (to > from && to[-1] == ' ')
		to--;
	return talloc_strndup(parent, from, (size_t)(to - from));
}

/* Reads the field at p, folded lines included, and returns what follows. A line without a colon is skipped.
 */
static const char *read_field(const void *parent, const char *p, const char *end, struct mime_field *f)
{
	const char *after, *stop = line_end(p, end, &after), *colon = memchr(p, ':', (size_t)(stop - p));
	const char *name_end = colon, *folded;
	struct bytes *value = bytes_new(parent);

	while (name_end && name_end > p && is_blank(name_end[-1]))
		name_end--;
	if (colon)
		put_value(value, colon + 1, stop);
	while (after < end && is_blank(*after)) {
		folded = after;
		stop = line_end(folded, end, &after);
		put_value(value, folded, stop);
	}
	f->name = colon && name_end > p ? talloc_strndup(parent, p, (size_t)(name_end - p)) : NULL;
	f->value = trimmed(parent, value);
	talloc_free(value);
	return after;
}

const char *mime_read_fields(const void *parent, const char *text, const char *end,
			     struct mime_field **fields, size_t *count)
{
	struct mime_field f;
	const char *after;

	*fields = NULL;
	*count = 0;
	while (text < end) {
		if (line_end(text, end, &after) == text)
			return after;
		text = read_field(parent, text, end, &f);
		if (f.name == NULL || *count == MIME_FIELDS_MAX)
			continue;
		*fields = talloc_realloc(parent, *fields, struct mime_field, *count + 1);
		(*fields)[(*count)++] = f;
	}
	return end;
}

const char *mime_get(const struct mime_field *fields, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcasecmp(fields[i].name, name) == 0)
			return fields[i].value;
	return NULL;
}

/* The parameter's value at p: a token, or a quoted string with its escapes undone. */
static const char *parameter_value(const void *parent, const char *p)
{
	struct bytes *out;

	if (*p != '"')
		return talloc_strndup(parent, p, strcspn(p, "; \t"));
	out = bytes_new(parent);
	for (p++; *p && *p != '"'; p++) {
		if (*p == '\\' && p[1])
			p++;
		bytes_put(out, p, 1);
	}
	return out->data;
}

/* Behind the parameter at p: the next semicolon outside of quotes. */
static const char *parameter_next(const char *p)
{
	bool quoted = false;

	for (; *p && (quoted || *p != ';'); p++) {
		if (quoted && *p == '\\' && p[1])
			p++;
		else if (*p == '"')
			quoted = !quoted;
	}
	return p;
}

const char *mime_parameter(const void *parent, const char *value, const char *name)
{
	const char *p = parameter_next(value);
	size_t n = strlen(name);

	while (*p) {
		p++;
		p += strspn(p, " \t");
		if (strncasecmp(p, name, n) == 0 && p[n + strspn(p + n, " \t")] == '=') {
			p += n + strspn(p + n, " \t") + 1;
			return parameter_value(parent, p + strspn(p, " \t"));
		}
		p = parameter_next(p);
	}
	return NULL;
}

/* Whether the line is "--boundary" or, with *last, "--boundary--"; blanks may follow (RFC 2046 5.1.1). */
static bool is_boundary(const char *line, const char *end, const char *name, size_t n, bool *last)
{
	if ((size_t)(end - line) < n + 2 || memcmp(line, "--", 2) != 0 || memcmp(line + 2, name, n) != 0)
		return false;
	line += n + 2;
	*last = end - line >= 2 && memcmp(line, "--", 2) == 0;
	line += *last ? 2 : 0;
	while (line < end && is_blank(*line))
		line++;
	return line == end;
}

static struct mime_part *read_part(struct reading *r, const char *text, const char *end, int depth);

/* The parts of a multipart's body. What stands before the first boundary and behind the last is nobody's. */
static struct mime_part *read_parts(struct reading *r, const struct mime_part *of, const char *name,
				    int depth)
{
	const char *p = of->body, *end = p + of->length, *begin = NULL, *before = p, *after, *stop;
	struct mime_part *first = NULL, **tail = &first;
	bool last = false;

	for (; p < end && !last; p = after) {
		stop = line_end(p, end, &after);
		if (is_boundary(p, stop, name, strlen(name), &last)) {
			if (begin && (*tail = read_part(r, begin, before > begin ? before : begin, depth)))
				tail = &(*tail)->next;
			begin = after;
		}
		before = stop; /* the line break before a boundary belongs to it */
	}
	if (begin && !last)
		*tail = read_part(r, begin, end, depth);
	return first;
}

static const char *type_of(const void *parent, const struct mime_part *part)
{
	const char *value = mime_get(part->fields, part->field_count, "Content-Type");
	char *type = talloc_strndup(parent, value ? value : "", value ? strcspn(value, "; \t") : 0), *c;

	for (c = type; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 'a' - 'A');
	return *type ? type : "text/plain";
}

/* NULL if there are too many parts already. */
static struct mime_part *read_part(struct reading *r, const char *text, const char *end, int depth)
{
	struct mime_part *part;
	const char *name;

	if (r->parts++ >= MIME_PARTS_MAX)
		return NULL;
	part = talloc_zero(r->parent, struct mime_part);
	part->body = mime_read_fields(part, text, end, &part->fields, &part->field_count);
	part->length = (size_t)(end - part->body);
	part->type = type_of(part, part);
	if (strncmp(part->type, "multipart/", 10) == 0 && depth < MIME_DEPTH_MAX) {
		name = mime_parameter(part, mime_get(part->fields, part->field_count, "Content-Type"),
				      "boundary");
		if (name && *name)
			part->first = read_parts(r, part, name, depth + 1);
	}
	return part;
}

struct mime_part *mime_read(const void *parent, const char *mail, size_t length)
{
	struct reading r = {.parent = parent};

	if (length > MIME_SIZE_MAX)
		return NULL;
	return read_part(&r, mail, mail + length, 0);
}

const struct mime_part *mime_find(const struct mime_part *part, const char *type)
{
	const struct mime_part *found;

	for (; part; part = part->next) {
		if (strcmp(part->type, type) == 0)
			return part;
		if (part->first && (found = mime_find(part->first, type)) != NULL)
			return found;
	}
	return NULL;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *found;

	c = c >= 'A' && c <= 'F' ? (char)(c + 'a' - 'A') : c;
	found = c ? strchr(digits, c) : NULL;
	return found ? (int)(found - digits) : -1;
}

/* Quoted-printable undone in place; what is none of it stays. Returns the new length. */
static size_t undo_quoted(char *text, size_t length)
{
	size_t from = 0, to = 0, skip;

	while (from < length) {
		if (text[from] == '=') {
			for (skip = from + 1; skip < length && is_blank(text[skip]); skip++)
				;
			if (skip < length && text[skip] == '\r')
				skip++;
			if (skip >= length || text[skip] == '\n') {
				from = skip < length ? skip + 1 : length;
				continue;
			}
			if (from + 2 < length && hex_digit(text[from + 1]) >= 0 &&
			    hex_digit(text[from + 2]) >= 0) {
				text[to++] = (char)(hex_digit(text[from + 1]) * 16 +
						    hex_digit(text[from + 2]));
				from += 3;
				continue;
			}
		}
		text[to++] = text[from++];
	}
	return to;
}

/* Base64 undone in place, other characters passed over, up to the first "=". Returns the new length. */
static size_t undo_base64(char *text, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t held = 0;
	size_t i, to = 0;
	int bits = 0;

	for (i = 0; i < length && text[i] != '='; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

		if (digit == NULL)
			continue;
		held = (held << 6) | (uint32_t)(digit - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			text[to++] = (char)(held >> bits);
			held &= (1U << bits) - 1;
		}
	}
	return to;
}

char *mime_content(const void *parent, const struct mime_part *part, size_t *length)
{
	const char *encoding = mime_get(part->fields, part->field_count, "Content-Transfer-Encoding");
	char *content = talloc_array(parent, char, part->length + 1);

	memcpy(content, part->body, part->length);
	*length = part->length;
	if (encoding && strcasecmp(encoding, "base64") == 0)
		*length = undo_base64(content, *length);
	else if (encoding && strcasecmp(encoding, "quoted-printable") == 0)
		*length = undo_quoted(content, *length);
	content[*length] = '\0';
	return content;
}
