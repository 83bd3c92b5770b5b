/*
 * template.c - templates: parsed once, checked against their own sample, rendered by channel and language
 *
 *   {"description", "schema": {"required": [...], "properties": {name: {"type"}}}, "sample": {...},
 * "partials": {name: text}, "locales": {"en": {"email": {"subject", "text", "html"}, "push": {"title",
 * "body", "link"}, "slack": {"text"}}}, "images": {name: see template_image.h}}
 */
#include <ctype.h>
#include <string.h>
#include <talloc.h>

#include "common/mustache.h"
#include "services/notification/categories.h"
#include "services/notification/template.h"
#include "services/notification/template_image.h"
#include "services/notification/variables.h"

enum {
	TITLE_MAX = 200,
	LOCALES_MAX = 50,
	PIECES = 3
};

/* A channel's texts: the title, the text, and html or link. */
static const char *const piece_names[CHANNEL_COUNT][PIECES] = {
	[CHANNEL_EMAIL] = {"subject", "text", "html"},
	[CHANNEL_PUSH] = {"title", "body", "link"},
	[CHANNEL_SLACK] = {NULL, "text", NULL},
};

struct words {
	const char *locale;
	bool there[CHANNEL_COUNT];
	struct mustache *piece[CHANNEL_COUNT][PIECES]; /* NULL = none */
	struct template_images *images;
};

struct message_template {
	const struct json *document, *schema, *sample, *partials;
	struct words words[LOCALES_MAX];
	size_t count;
};

/* --- reading --------------------------------------------------------------------------------------- */

static bool read_piece(struct message_template *t, struct words *w, enum channel c, int k,
		       const struct json *text, const char **error)
{
	const char *fault;

	if (text == NULL)
		return true;
	if (text->kind != JSON_TEXT) {
		*error = talloc_asprintf(t, "%s: must be a text", json_pointer(t, text));
		return false;
	}
	w->piece[c][k] = mustache_parse(t, text->text, text->length, &fault);
	if (w->piece[c][k] == NULL)
		*error = talloc_asprintf(t, "%s: %s", json_pointer(t, text), fault);
	return w->piece[c][k] != NULL;
}

static bool read_words(struct message_template *t, const struct json *locale, const char **error)
{
	struct words *w = &t->words[t->count++];
	const struct json *channel;
	int c, k;

	w->locale = locale->name;
	if ((w->images = template_images_read(t, json_get(t->document, "images"), w->locale, error)) == NULL)
		return false;
	for (c = 0; c < CHANNEL_COUNT; c++) {
		if ((channel = json_get(locale, channel_name((enum channel)c))) == NULL)
			continue;
		w->there[c] = true;
		for (k = 0; k < PIECES; k++)
			if (piece_names[c][k] && !read_piece(t, w, (enum channel)c, k,
							     json_get(channel, piece_names[c][k]), error))
				return false;
		if (w->piece[c][1] == NULL || (piece_names[c][0] && w->piece[c][0] == NULL)) {
			*error = talloc_asprintf(t, "%s: wants %s%s%s", json_pointer(t, channel),
						 piece_names[c][0] ? piece_names[c][0] : "",
						 piece_names[c][0] ? " and " : "", piece_names[c][1]);
			return false;
		}
	}
	return true;
}

static bool check_sample(struct message_template *t, const char **error)
{
	struct fault faults[TEMPLATE_FAULTS_MAX];
	struct message m = {0};
	size_t count, i;
	int c;

	if (!template_check(t, t, t->sample, faults, &count)) {
		*error = talloc_asprintf(t, "/sample%s: %s", faults[0].pointer, faults[0].detail);
		return false;
	}
	for (i = 0; i < t->count; i++)
		for (c = 0; c < CHANNEL_COUNT; c++)
			if (t->words[i].there[c] &&
			    !template_render(t, t, (enum channel)c, t->words[i].locale, t->sample, &m, error))
				return false;
	return true;
}

struct message_template *template_read(const void *parent, const struct json *document, const char **error)
{
	struct message_template *t = talloc_zero(parent, struct message_template);
	const struct json *locales = json_get(document, "locales"), *l;

	t->document = document;
	t->schema = json_get(document, "schema");
	t->sample = json_get(document, "sample");
	t->partials = json_get(document, "partials");
	if (document->kind != JSON_OBJECT || locales == NULL || locales->kind != JSON_OBJECT ||
	    locales->count == 0 || locales->count > LOCALES_MAX) {
		*error = "/locales: must be an object of 1 to 50 languages";
		return NULL;
	}
	if (t->sample == NULL || t->sample->kind != JSON_OBJECT) {
		*error = "/sample: must be an object of variables to try the template with";
		return NULL;
	}
	for (l = locales->first; l; l = l->next)
		if (!read_words(t, l, error))
			return NULL;
	return check_sample(t, error) ? t : NULL;
}

unsigned template_channels(const struct message_template *t)
{
	unsigned bits = 0;
	size_t i;
	int c;

	for (i = 0; i < t->count; i++)
		for (c = 0; c < CHANNEL_COUNT; c++)
			if (t->words[i].there[c])
				bits |= CHANNEL_BIT(c);
	return bits;
}

/* --- variables ------------------------------------------------------------------------------------- */

static bool kind_matches(const char *type, const struct json *v)
{
	static const struct {
		const char *type;
		unsigned kinds;
	} table[] = {
		{"string", 1u << JSON_TEXT},
		{"integer", 1u << JSON_INTEGER},
		{"number", 1u << JSON_INTEGER | 1u << JSON_REAL},
		{"boolean", 1u << JSON_BOOLEAN},
		{"array", 1u << JSON_ARRAY},
		{"object", 1u << JSON_OBJECT},
		{"null", 1u << JSON_NULL},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].type, type) == 0)
			return table[i].kinds >> v->kind & 1;
	return true;
}

static void fault(const void *parent, struct fault *faults, size_t *count, const char *name,
		  const char *detail)
{
	if (*count < TEMPLATE_FAULTS_MAX)
		faults[(*count)++] = (struct fault){talloc_asprintf(parent, "/variables/%s", name), detail};
}

bool template_check(const void *parent, const struct message_template *t, const struct json *variables,
		    struct fault faults[TEMPLATE_FAULTS_MAX], size_t *fault_count)
{
	const struct json *required = json_get(t->schema, "required"),
			  *properties = json_get(t->schema, "properties"), *v;
	const char *type;

	*fault_count = 0;
	for (v = required ? required->first : NULL; v; v = v->next)
		if (v->kind == JSON_TEXT && json_get(variables, v->text) == NULL)
			fault(parent, faults, fault_count, v->text, "is required by the template");
	for (v = variables->first; v; v = v->next) {
		type = json_get_text(json_get(properties, v->name), "type", "");
		if (!kind_matches(type, v))
			fault(parent, faults, fault_count, v->name,
			      talloc_asprintf(parent, "must be of type %s", type));
	}
	return *fault_count == 0;
}

/* --- rendering ------------------------------------------------------------------------------------- */

static const char *find_partial(void *context, const char *name, size_t *length)
{
	const struct json *text = json_get(context, name);

	if (text == NULL || text->kind != JSON_TEXT)
		return NULL;
	*length = text->length;
	return text->text;
}

/* "de-AT", else "de", else "en", else the first, of those that have the channel. */
static const struct words *words_for(const struct message_template *t, enum channel c, const char *locale)
{
	size_t language = strcspn(locale, "-_"), i;
	int round;

	for (round = 0; round < 4; round++)
		for (i = 0; i < t->count; i++) {
			const char *l = t->words[i].locale;
			bool fits = round == 0   ? strcmp(l, locale) == 0
				    : round == 1 ? strlen(l) == language && strncmp(l, locale, language) == 0
				    : round == 2 ? strcmp(l, "en") == 0
						 : true;
			if (fits && t->words[i].there[c])
				return &t->words[i];
		}
	return NULL;
}

/* One line, whatever the variables hold: nothing gets behind a header or a title. */
static char *one_line(char *text)
{
	size_t i, length = strlen(text);

	for (i = 0; i < length; i++)
		if (iscntrl((unsigned char)text[i]))
			text[i] = ' ';
	if (length > TITLE_MAX) {
		for (length = TITLE_MAX; (text[length] & 0xc0) == 0x80; length--)
			;
		text[length] = '\0';
	}
	return text;
}

static char *render(const void *parent, const struct mustache *m, const struct json *variables,
		    const struct mustache_partials *partials, bool html, const char **error)
{
	if (m == NULL)
		return talloc_strdup(parent, "");
	return mustache_render(parent, m, variables, partials, html ? MUSTACHE_HTML : MUSTACHE_PLAIN, NULL,
			       error);
}

/* Figures are written by the member's region where the words are in its language. */
static const char *figures_locale(const struct words *w, const char *locale)
{
	size_t language = strcspn(w->locale, "-_");

	return strcspn(locale, "-_") == language && strncmp(w->locale, locale, language) == 0 ? locale
											      : w->locale;
}

bool template_render(const void *parent, const struct message_template *t, enum channel channel,
		     const char *locale, const struct json *variables, struct message *out,
		     const char **error)
{
	struct mustache_partials partials = {find_partial, (void *)(uintptr_t)t->partials};
	const struct words *w = words_for(t, channel, locale);
	char *title, *text, *third;
	struct json *written;

	if (w == NULL) {
		*error = "the template has no words for this channel";
		return false;
	}
	if ((written = variables_written(parent, variables, figures_locale(w, locale))) == NULL) {
		*error = "the variables are too large";
		return false;
	}
	if (channel == CHANNEL_EMAIL &&
	    !template_images_draw(parent, w->images, written, &partials, out, error))
		return false;
	title = render(parent, w->piece[channel][0], written, &partials, false, error);
	text = render(parent, w->piece[channel][1], written, &partials, false, error);
	third = render(parent, w->piece[channel][2], written, &partials, channel == CHANNEL_EMAIL, error);
	if (title == NULL || text == NULL || third == NULL)
		return false;
	out->locale = w->locale;
	out->title = one_line(title);
	out->text = text;
	if (channel != CHANNEL_EMAIL) {
		out->link = one_line(third);
		return true;
	}
	out->html = third;
	template_images_shown(out);
	return true;
}
