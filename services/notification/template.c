/*
 * template.c - templates: parsed once, checked against their own sample, rendered by channel and language
 *
 *   {"description", "schema": a JSON Schema of the variables (common/validator.h), "sample": {...},
 * "partials": {name: text}, "locales": {"en": {"email": {"subject", "text", "html"}, "push": {"title",
 * "body", "link"}, "slack": {"text"}}}, "images": {name: see template_image.h}}
 */
#include <ctype.h>
#include <string.h>
#include <talloc.h>

#include "common/mustache.h"
#include "common/validator.h"
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
	const struct json *document, *sample, *partials;
	struct validator
		*variables; /* NULL: there is no schema, or schema_fault says what is wrong with it */
	struct fault schema_fault;
	struct words words[LOCALES_MAX];
	size_t count;
};

/* --- reading --------------------------------------------------------------------------------------- */

static bool wrong(const struct message_template *t, const struct json *place, const char *detail,
		  struct fault *fault)
{
	*fault = (struct fault){json_pointer(t, place), detail};
	return false;
}

static bool read_piece(struct message_template *t, struct words *w, enum channel c, int k,
		       const struct json *text, struct fault *fault)
{
	const char *error;

	if (text == NULL)
		return true;
	if (text->kind != JSON_TEXT)
		return wrong(t, text, "must be a text", fault);
	w->piece[c][k] = mustache_parse(t, text->text, text->length, &error);
	return w->piece[c][k] || wrong(t, text, error, fault);
}

static bool read_words(struct message_template *t, const struct json *locale, struct fault *fault)
{
	struct words *w = &t->words[t->count++];
	const struct json *channel;
	int c, k;

	w->locale = locale->name;
	if ((w->images = template_images_read(t, json_get(t->document, "images"), w->locale, fault)) == NULL)
		return false;
	for (c = 0; c < CHANNEL_COUNT; c++) {
		if ((channel = json_get(locale, channel_name((enum channel)c))) == NULL)
			continue;
		w->there[c] = true;
		for (k = 0; k < PIECES; k++)
			if (piece_names[c][k] && !read_piece(t, w, (enum channel)c, k,
							     json_get(channel, piece_names[c][k]), fault))
				return false;
		if (w->piece[c][1] == NULL || (piece_names[c][0] && w->piece[c][0] == NULL))
			return wrong(t, channel,
				     talloc_asprintf(t, "wants %s%s%s",
						     piece_names[c][0] ? piece_names[c][0] : "",
						     piece_names[c][0] ? " and " : "", piece_names[c][1]),
				     fault);
	}
	return true;
}

/* The document may stand inside a larger one. */
static const char *place(const struct message_template *t, const char *below)
{
	return talloc_asprintf(t, "%s%s", json_pointer(t, t->document), below);
}

struct message_template *template_read(const void *parent, const struct json *document, struct fault *fault)
{
	struct message_template *t = talloc_zero(parent, struct message_template);
	const struct json *locales = json_get(document, "locales"), *schema = json_get(document, "schema"),
			  *l;

	t->document = document;
	t->sample = json_get(document, "sample");
	t->partials = json_get(document, "partials");
	if (document->kind != JSON_OBJECT || locales == NULL || locales->kind != JSON_OBJECT ||
	    locales->count == 0 || locales->count > LOCALES_MAX) {
		*fault = (struct fault){place(t, "/locales"), "must be an object of 1 to 50 languages"};
		return NULL;
	}
	if (t->sample == NULL || t->sample->kind != JSON_OBJECT) {
		*fault = (struct fault){place(t, "/sample"),
					"must be an object of variables to try the template with"};
		return NULL;
	}
	for (l = locales->first; l; l = l->next)
		if (!read_words(t, l, fault))
			return NULL;
	if (schema)
		t->variables = validator_read(t, schema, &t->schema_fault);
	return t;
}

/* The sample is rendered in every language and channel. */
static bool try_words(const void *parent, const struct message_template *t, struct fault *fault)
{
	const char *error;
	struct message m = {0};
	size_t i;
	int c;

	for (i = 0; i < t->count; i++)
		for (c = 0; c < CHANNEL_COUNT; c++)
			if (t->words[i].there[c] &&
			    !template_render(parent, t, (enum channel)c, t->words[i].locale, t->sample, &m,
					     &error)) {
				*fault = (struct fault){
					talloc_asprintf(parent, "%s/%s/%s", place(t, "/locales"),
							t->words[i].locale, channel_name((enum channel)c)),
					error};
				return false;
			}
	return true;
}

bool template_try(const void *parent, const struct message_template *t, struct fault *fault)
{
	struct fault faults[TEMPLATE_FAULTS_MAX];
	size_t count;

	*fault = t->schema_fault;
	if (fault->pointer)
		return false;
	if (!template_check(parent, t, t->sample, place(t, "/sample"), faults, &count)) {
		*fault = faults[0];
		return false;
	}
	return try_words(parent, t, fault);
}

const struct json *template_sample(const struct message_template *t)
{
	return t->sample;
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

/* A template of an older release may have a schema that this one does not take: it can be sent no more. */
static size_t refuse_all(const void *parent, const struct message_template *t, const char *at,
			 struct fault *fault)
{
	*fault = (struct fault){
		talloc_strdup(parent, at),
		talloc_asprintf(parent, "cannot be checked, as the template's %s %s; put a new version",
				t->schema_fault.pointer, t->schema_fault.detail)};
	return 1;
}

bool template_check(const void *parent, const struct message_template *t, const struct json *variables,
		    const char *at, struct fault faults[TEMPLATE_FAULTS_MAX], size_t *fault_count)
{
	if (t->schema_fault.pointer)
		*fault_count = refuse_all(parent, t, at, faults);
	else if (t->variables)
		*fault_count = validator_check(parent, t->variables, variables, at, faults,
					       TEMPLATE_FAULTS_MAX);
	else
		*fault_count = 0;
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
		    const struct mustache_partials *partials, bool html, struct mustache_missing *missing,
		    const char **error)
{
	if (m == NULL)
		return talloc_strdup(parent, "");
	return mustache_render_noting(parent, m, variables, partials, html ? MUSTACHE_HTML : MUSTACHE_PLAIN,
				      NULL, missing, error);
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
	return template_render_noting(parent, t, channel, locale, variables, out, NULL, error);
}

bool template_render_noting(const void *parent, const struct message_template *t, enum channel channel,
			    const char *locale, const struct json *variables, struct message *out,
			    struct mustache_missing *missing, const char **error)
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
	title = render(parent, w->piece[channel][0], written, &partials, false, missing, error);
	text = render(parent, w->piece[channel][1], written, &partials, false, missing, error);
	third = render(parent, w->piece[channel][2], written, &partials, channel == CHANNEL_EMAIL, missing,
		       error);
	if (title == NULL || text == NULL || third == NULL)
		return false;
	out->locale = talloc_strdup(parent, w->locale);
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
