/*
 * settings.c - from defaults, file and environment to the tables' targets
 *
 * All values are collected and checked first and put into their targets only if none is at
 * fault, so that a reload with a broken file leaves the running daemon as it was.
 */
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/settings_value.h"

enum {
	LINE_SIZE = 4096,
	VARIABLE_SIZE = 128
};

/* Where a value came from; a higher one wins, whatever comes first in the file. */
enum origin {
	ORIGIN_DEFAULT,
	ORIGIN_COMMON,
	ORIGIN_SECTION,
	ORIGIN_ENVIRONMENT
};

struct choice {
	const struct setting *row;
	const char *text;
	enum origin origin;
};

struct loading {
	void *parent;
	const char *path, *section;
	FILE *file;
	int line; /* being read, from 1 */
	struct choice *choices;
	size_t count;
	const char *error;
};

/* Keeps the first fault only. False, for the caller to return. */
static bool fault(struct loading *l, const char *where, const char *what)
{
	if (l->error == NULL)
		l->error = talloc_asprintf(l->parent, "%s: %s", where, what);
	return false;
}

static bool fault_at_line(struct loading *l, const char *what)
{
	char *where = talloc_asprintf(l->choices, "%s:%d", l->path, l->line);

	return fault(l, where, what);
}

static void choices_begin(struct loading *l, const struct setting *const tables[])
{
	const struct setting *row;

	l->choices = talloc_array(l->parent, struct choice, 0);
	for (; *tables; tables++)
		for (row = *tables; row->name; row++) {
			l->choices = talloc_realloc(l->parent, l->choices, struct choice, l->count + 1);
			l->choices[l->count++] = (struct choice){row, row->fallback, ORIGIN_DEFAULT};
		}
}

static struct choice *choice_find(struct loading *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (strcmp(l->choices[i].row->name, name) == 0)
			return &l->choices[i];
	return NULL;
}

/* Checks the text as the row's value, and takes it unless a stronger origin has spoken. */
static bool choice_offer(struct loading *l, struct choice *c, const char *text, enum origin origin,
			 const char **error)
{
	struct setting_value value;

	if (!setting_parse(l->choices, c->row, text, &value, error))
		return false;
	if (origin < c->origin)
		return true;
	c->text = talloc_strdup(l->choices, text);
	c->origin = origin;
	return true;
}

/* inih's handler. The names of other programs' sections are none of our business. */
static int name_read(void *ctx, const char *section, const char *name, const char *value)
{
	struct loading *l = ctx;
	struct choice *c = choice_find(l, name);
	bool own = strcmp(section, l->section) == 0;
	const char *error;

	if (*section == '\0')
		return fault_at_line(l, "a setting before the first [section]");
	if (!own && strcmp(section, "common") != 0)
		return true;
	if (c == NULL && own)
		return fault_at_line(l, talloc_asprintf(l->choices, "%s: no such setting", name));
	if (c == NULL || choice_offer(l, c, value, own ? ORIGIN_SECTION : ORIGIN_COMMON, &error))
		return true;
	return fault_at_line(l, error);
}

/* inih's reader: counts the lines, and refuses those that it would silently cut in two. */
static char *line_read(char *buffer, int size, void *ctx)
{
	struct loading *l = ctx;

	if (l->error || fgets(buffer, size, l->file) == NULL)
		return NULL;
	l->line++;
	if (strchr(buffer, '\n') == NULL && !feof(l->file)) {
		fault_at_line(l, "the line is too long");
		return NULL;
	}
	return buffer;
}

static bool file_load(struct loading *l)
{
	int line;

	l->file = fopen(l->path, "re");
	if (l->file == NULL)
		return fault(l, l->path, strerror(errno));
	ini_allow_multiline = false;
	ini_stop_on_first_error = true;
	ini_use_stack = false;
	ini_max_line = ini_initial_alloc = LINE_SIZE;
	line = ini_parse_stream(line_read, l, name_read, l);
	if (line != 0 && l->error == NULL)
		fault_at_line(l, "neither a [section] nor name = value");
	if (ferror(l->file))
		fault(l, l->path, "cannot be read");
	fclose(l->file);
	return l->error == NULL;
}

static bool environment_load(struct loading *l)
{
	char variable[VARIABLE_SIZE], *p;
	const char *text, *error;
	size_t i;

	for (i = 0; i < l->count; i++) {
		snprintf(variable, sizeof(variable), "AE_%s", l->choices[i].row->name);
		for (p = variable; *p; p++)
			*p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
		text = getenv(variable);
		if (text && !choice_offer(l, &l->choices[i], text, ORIGIN_ENVIRONMENT, &error))
			return fault(l, variable, error);
	}
	return true;
}

/* A default that its own row refuses shows here too, the first time the program starts. */
static bool defaults_check(struct loading *l)
{
	struct setting_value value;
	const char *error;
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->choices[i].text &&
		    !setting_parse(l->choices, l->choices[i].row, l->choices[i].text, &value, &error))
			return fault(l, "default", error);
	return true;
}

static void choices_apply(struct loading *l)
{
	const struct choice *c;
	const char *error;

	for (c = l->choices; c < l->choices + l->count; c++)
		if (c->text)
			settings_put(l->parent, c->row, c->text, &error);
		else if (c->row->kind == SETTING_TEXT)
			*(const char **)c->row->target = NULL;
}

bool settings_load(void *parent, const char *path, const char *section, const struct setting *const tables[],
		   const char **error)
{
	struct loading l = {.parent = parent, .path = path, .section = section};

	choices_begin(&l, tables);
	if (defaults_check(&l) && (path == NULL || file_load(&l)) && environment_load(&l))
		choices_apply(&l);
	talloc_free(l.choices);
	*error = l.error;
	return l.error == NULL;
}

void settings_help(FILE *out, const struct setting *const tables[])
{
	const struct setting *row;
	char *range;

	for (; *tables; tables++)
		for (row = *tables; row->name; row++) {
			range = setting_range(NULL, row);
			fprintf(out, "%s = %s\n    %s%s%s. %s\n", row->name,
				row->fallback ? row->fallback : "", setting_kind_name(row->kind),
				range ? ", " : "", range ? range : "", row->help);
			talloc_free(range);
		}
}
