/*
 * exposition.c - the metrics of several processes as one Prometheus document
 *
 * A family may appear once only, with all its samples under one HELP and TYPE; processes that
 * run the same code have the same families, told apart by their service and instance labels.
 */
#include <string.h>
#include <talloc.h>

#include "services/gateway/gateway.h"

struct line {
	const char *text;
	size_t length;
};

struct family {
	struct line name, help, type;
	struct line *samples;
	size_t count, size;
};

struct families {
	struct family *all;
	size_t count;
};

static struct family *family_of(struct families *f, struct line name)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (f->all[i].name.length == name.length &&
		    memcmp(f->all[i].name.text, name.text, name.length) == 0)
			return &f->all[i];
	f->all = talloc_realloc(f, f->all, struct family, f->count + 1);
	memset(&f->all[f->count], 0, sizeof(f->all[0]));
	f->all[f->count].name = name;
	return &f->all[f->count++];
}

static void sample_add(struct families *f, struct family *to, struct line sample)
{
	if (to->count == to->size) {
		to->size = to->size ? to->size * 2 : 16;
		to->samples = talloc_realloc(f, to->samples, struct line, to->size);
	}
	to->samples[to->count++] = sample;
}

/* The name behind "# HELP " or "# TYPE ", or at the start of a sample. */
static struct line name_at(const char *text)
{
	struct line name = {text, strcspn(text, " {\n")};

	return name;
}

static struct family *line_take(struct families *f, struct family *current, struct line line)
{
	if (line.length == 0)
		return current;
	if (strncmp(line.text, "# HELP ", 7) == 0) {
		current = family_of(f, name_at(line.text + 7));
		if (current->help.text == NULL)
			current->help = line;
	} else if (strncmp(line.text, "# TYPE ", 7) == 0) {
		current = family_of(f, name_at(line.text + 7));
		if (current->type.text == NULL)
			current->type = line;
	} else if (*line.text != '#') {
		if (current == NULL)
			current = family_of(f, name_at(line.text));
		sample_add(f, current, line);
	}
	return current;
}

static char *line_append(char *out, struct line line)
{
	if (line.text == NULL)
		return out;
	out = talloc_strndup_append_buffer(out, line.text, line.length);
	return talloc_strndup_append_buffer(out, "\n", 1);
}

char *exposition_merge(const void *parent, const char *const *texts, size_t count, size_t *length)
{
	struct families *f = talloc_zero(parent, struct families);
	struct family *current;
	struct line line;
	const char *p;
	char *out = talloc_strdup(parent, "");
	size_t i, n;

	for (i = 0; i < count; i++) {
		current = NULL;
		for (p = texts[i]; *p; p += line.length + (p[line.length] == '\n')) {
			line = (struct line){p, strcspn(p, "\n")};
			current = line_take(f, current, line);
		}
	}
	for (i = 0; i < f->count; i++) {
		out = line_append(line_append(out, f->all[i].help), f->all[i].type);
		for (n = 0; n < f->all[i].count; n++)
			out = line_append(out, f->all[i].samples[n]);
	}
	talloc_free(f);
	*length = strlen(out);
	return out;
}
