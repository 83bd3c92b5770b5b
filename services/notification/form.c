/*
 * form.c - fields out of a body that anybody may have sent
 */
#include <event2/http.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/form.h"
#include "services/notification/mime_read.h"

static const char *plain(const void *parent, const char *text, size_t length)
{
	char *out = talloc_strndup(parent, text, length < FORM_VALUE_MAX ? length : FORM_VALUE_MAX), *c;

	for (c = out; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return out;
}

static bool add(struct form *f, const char *name, size_t name_length, const char *value, size_t value_length)
{
	if (f->count == FORM_FIELDS_MAX)
		return false;
	f->fields = talloc_realloc(f, f->fields, struct form_field, f->count + 1);
	f->fields[f->count++] = (struct form_field){plain(f, name, name_length),
						    plain(f, value, value_length)};
	return true;
}

/* One piece between ampersands, its escapes undone. */
static bool add_encoded(struct form *f, const char *piece, size_t length)
{
	char *text = talloc_strndup(f, piece, length), *equals = strchr(text, '=');
	char *name, *value;
	size_t name_length, value_length;
	bool done;

	if (equals)
		*equals = '\0';
	name = evhttp_uridecode(text, 1, &name_length);
	value = evhttp_uridecode(equals ? equals + 1 : "", 1, &value_length);
	done = name == NULL || value == NULL || name_length == 0 ||
	       add(f, name, name_length, value, value_length);
	free(name);
	free(value);
	talloc_free(text);
	return done;
}

static bool read_encoded(struct form *f, const char *body, size_t length)
{
	const char *end = body + length, *next;

	for (; body < end; body = next + 1) {
		next = memchr(body, '&', (size_t)(end - body));
		next = next ? next : end;
		if (next > body && !add_encoded(f, body, (size_t)(next - body)))
			return false;
	}
	return true;
}

/* A form is a mail of parts (RFC 7578), whose reader is bounded. */
static bool read_parts(struct form *f, const char *type, const char *body, size_t length)
{
	char *mail = talloc_asprintf(f, "Content-Type: %s\r\n\r\n", type);
	const char *name, *value;
	const struct mime_part *whole, *part;
	size_t size;

	mail = talloc_strndup_append_buffer(mail, body, length);
	whole = mime_read(f, mail, strlen(mail));
	for (part = whole ? whole->first : NULL; part; part = part->next) {
		value = mime_get(part->fields, part->field_count, "Content-Disposition");
		name = value ? mime_parameter(f, value, "name") : NULL;
		value = mime_content(f, part, &size);
		if (name && *name && !add(f, name, strlen(name), value, size))
			return false;
	}
	return true;
}

static bool is_type(const char *content_type, const char *name)
{
	size_t n = strlen(name);

	return content_type && strncasecmp(content_type, name, n) == 0 &&
	       strchr("; \t", content_type[n]) != NULL;
}

struct form *form_read(const void *parent, const char *content_type, const char *body, size_t length,
		       enum error *error)
{
	struct form *f = talloc_zero(parent, struct form);
	bool done = false;

	*error = ERR_TOO_LARGE;
	if (is_type(content_type, "application/x-www-form-urlencoded"))
		done = read_encoded(f, body, length);
	else if (is_type(content_type, "multipart/form-data"))
		done = read_parts(f, content_type, body, length);
	else
		*error = ERR_UNSUPPORTED_MEDIA;
	if (done)
		return f;
	talloc_free(f);
	return NULL;
}

const char *form_get(const struct form *form, const char *name)
{
	size_t i;

	for (i = 0; form && i < form->count; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return form->fields[i].value;
	return NULL;
}
