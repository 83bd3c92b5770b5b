/*
 * template_image.c - a template's pictures: read with it, drawn for a mail
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/drawn.h"
#include "services/notification/template_image.h"

enum {
	NAME_MAX_LENGTH = 32,
	SIDE_MAX = 600,
	TEXT_COUNT = 6
};

/* In this order: what is drawn comes first. */
enum image_text {
	TEXT_VALUE,
	TEXT_TARGET,
	TEXT_VALUES,
	TEXT_LABEL,
	TEXT_NOTE,
	TEXT_ALT
};
static const char *const text_names[TEXT_COUNT] = {"value", "target", "values", "label", "note", "alt"};

struct template_image {
	const char *name;
	enum picture_kind kind;
	int width, height;
	struct mustache *text[TEXT_COUNT]; /* NULL = not given */
};

struct template_images {
	size_t count;
	struct template_image list[TEMPLATE_IMAGES_MAX];
};

/* --- reading --------------------------------------------------------------------------------------- */

static bool refuse(const void *parent, const struct json *at, const char *what, struct fault *wrong)
{
	*wrong = (struct fault){json_pointer(parent, at), what};
	return false;
}

static bool name_valid(const char *name)
{
	size_t length = strlen(name);

	return length >= 1 && length <= NAME_MAX_LENGTH && islower((unsigned char)name[0]) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

/* A text, or the one of this language: "de-AT", else "de". */
static const struct json *of_language(const void *scratch, const struct json *v, const char *locale)
{
	const struct json *own;

	if (v->kind != JSON_OBJECT)
		return v;
	own = json_get(v, locale);
	return own ? own : json_get(v, talloc_strndup(scratch, locale, strcspn(locale, "-_")));
}

static bool read_text(struct template_images *t, struct template_image *image, enum image_text k,
		      const struct json *v, const char *locale, struct fault *wrong)
{
	const struct json *text = k >= TEXT_LABEL ? of_language(t, v, locale) : v;
	const char *fault;

	if (text == NULL)
		return refuse(t, v, talloc_asprintf(t, "has no words for %s", locale), wrong);
	if (text->kind != JSON_TEXT)
		return refuse(t, text, "must be a text", wrong);
	image->text[k] = mustache_parse(t, text->text, text->length, &fault);
	return image->text[k] || refuse(t, text, fault, wrong);
}

static bool read_side(struct template_images *t, const struct json *v, int *side, struct fault *wrong)
{
	*side = v->kind == JSON_INTEGER ? (int)fmin(fmax((double)v->integer, -1), SIDE_MAX + 1) : 0;
	return (*side >= PICTURE_SIDE_MIN && *side <= SIDE_MAX) ||
	       refuse(t, v, "must be a whole number of pixels, 8 to 600", wrong);
}

static bool read_member(struct template_images *t, struct template_image *image, const struct json *v,
			const char *locale, struct fault *wrong)
{
	int k;

	if (strcmp(v->name, "kind") == 0) {
		image->kind = v->kind == JSON_TEXT ? picture_kind_find(v->text) : PICTURE_KIND_COUNT;
		return image->kind != PICTURE_KIND_COUNT ||
		       refuse(t, v, "must be ring, bar, sparkline or columns", wrong);
	}
	if (strcmp(v->name, "width") == 0)
		return read_side(t, v, &image->width, wrong);
	if (strcmp(v->name, "height") == 0)
		return read_side(t, v, &image->height, wrong);
	for (k = 0; k < TEXT_COUNT; k++)
		if (strcmp(v->name, text_names[k]) == 0)
			return read_text(t, image, (enum image_text)k, v, locale, wrong);
	return refuse(t, v, "is no part of an image", wrong);
}

/* A kind has the texts that it is drawn from, and every picture has words. */
static const char *missing(const struct template_image *image)
{
	bool of_target = image->kind == PICTURE_RING || image->kind == PICTURE_BAR;

	return image->text[TEXT_ALT] == NULL             ? "wants alt, the words for who does not see it"
	       : image->kind == PICTURE_KIND_COUNT       ? "wants a kind"
	       : image->width == 0 || image->height == 0 ? "wants width and height"
	       : of_target && (image->text[TEXT_VALUE] == NULL || image->text[TEXT_TARGET] == NULL)
		       ? "wants value and target"
	       : !of_target && image->text[TEXT_VALUES] == NULL ? "wants values"
								: NULL;
}

static bool read_image(struct template_images *t, const struct json *v, const char *locale,
		       struct fault *wrong)
{
	struct template_image *image = &t->list[t->count++];
	const struct json *member;
	const char *fault;

	image->name = v->name;
	image->kind = PICTURE_KIND_COUNT;
	if (!name_valid(v->name))
		return refuse(t, v, "is no name for an image (a-z, 0-9, _)", wrong);
	if (v->kind != JSON_OBJECT)
		return refuse(t, v, "must be an object", wrong);
	for (member = v->first; member; member = member->next)
		if (!read_member(t, image, member, locale, wrong))
			return false;
	fault = missing(image);
	return fault == NULL || refuse(t, v, fault, wrong);
}

struct template_images *template_images_read(const void *parent, const struct json *images,
					     const char *locale, struct fault *wrong)
{
	struct template_images *t = talloc_zero(parent, struct template_images);
	const struct json *v;

	if (images == NULL)
		return t;
	if (images->kind != JSON_OBJECT || images->count > TEMPLATE_IMAGES_MAX) {
		refuse(t, images, "must be an object of at most 4 images", wrong);
		return NULL;
	}
	for (v = images->first; v; v = v->next)
		if (!read_image(t, v, locale, wrong))
			return NULL;
	return t;
}

/* --- drawing --------------------------------------------------------------------------------------- */

static double number(const char *text, const char **end)
{
	char *stop;
	double value = strtod(text, &stop);

	*end = stop == text ? text : stop + strspn(stop, " \n");
	return stop == text ? NAN : value;
}

static double whole_number(const char *text)
{
	const char *end;
	double value = number(text ? text : "", &end);

	return *end == '\0' ? value : NAN;
}

/* false: it is no list of numbers. */
static bool numbers(const char *text, double values[PICTURE_VALUES_MAX], size_t *count)
{
	const char *end = text ? text : "";

	for (*count = 0; *end && *count < PICTURE_VALUES_MAX; (*count)++) {
		values[*count] = number(end, &end);
		if (!isfinite(values[*count]))
			return false;
	}
	return *end == '\0';
}

/* NULL: from these texts nothing can be drawn. */
static const struct drawn *draw(const struct template_image *image, char *const text[TEXT_COUNT])
{
	double values[PICTURE_VALUES_MAX];
	struct picture p = {.kind = image->kind,
			    .value = whole_number(text[TEXT_VALUE]),
			    .target = whole_number(text[TEXT_TARGET]),
			    .values = values,
			    .label = text[TEXT_LABEL],
			    .note = text[TEXT_NOTE],
			    .text = ""}; /* the mail says it in alt; the file is for all that look alike */

	return numbers(text[TEXT_VALUES], values, &p.value_count)
		       ? drawn_picture(&p, image->width, image->height)
		       : NULL;
}

static bool render_texts(const void *parent, const struct template_image *image, const struct json *variables,
			 const struct mustache_partials *partials, char *text[TEXT_COUNT], const char **error)
{
	int k;

	for (k = 0; k < TEXT_COUNT; k++) {
		text[k] = NULL;
		if (image->text[k] == NULL)
			continue;
		text[k] = mustache_render(parent, image->text[k], variables, partials, MUSTACHE_PLAIN, NULL,
					  error);
		if (text[k] == NULL)
			return false;
	}
	return true;
}

static void tell(struct json_writer *w, const struct template_image *image, const char *alt)
{
	json_open_object(w, image->name);
	json_put_text(w, "cid", image->name);
	json_put_integer(w, "width", image->width);
	json_put_integer(w, "height", image->height);
	json_put_text(w, "alt", alt);
	json_close(w);
}

/* The new member hides one of that name that was given. */
static void add_member(struct json *object, struct json *member, const char *name)
{
	member->name = name;
	member->parent = object;
	member->next = object->first;
	object->first = member;
	object->count++;
}

bool template_images_draw(const void *parent, const struct template_images *t, struct json *variables,
			  const struct mustache_partials *partials, struct message *out, const char **error)
{
	struct inline_image *images = talloc_zero_array(parent, struct inline_image, TEMPLATE_IMAGES_MAX);
	struct json_writer *w = json_writer_new(parent);
	const struct drawn *k;
	char *text[TEXT_COUNT];
	const char *words;
	size_t i, length;

	out->images = images;
	out->image_count = 0;
	json_open_object(w, NULL);
	for (i = 0; i < t->count; i++) {
		if (!render_texts(parent, &t->list[i], variables, partials, text, error))
			return false;
		if ((k = draw(&t->list[i], text)) == NULL)
			continue;
		images[out->image_count++] = (struct inline_image){
			talloc_strdup(parent, t->list[i].name), "image/png",
			talloc_memdup(parent, k->png, k->length), k->length};
		tell(w, &t->list[i], text[TEXT_ALT]);
	}
	json_close(w);
	words = json_text(w, &length);
	if (t->count > 0)
		add_member(variables, json_parse(parent, words, length, error), "images");
	return true;
}

static bool shows(const char *html, const char *name)
{
	const char *at = html;
	size_t length = strlen(name);

	while ((at = strstr(at, "cid:")) != NULL) {
		at += 4;
		if (strncmp(at, name, length) == 0 && !isalnum((unsigned char)at[length]) &&
		    at[length] != '_')
			return true;
	}
	return false;
}

void template_images_shown(struct message *m)
{
	struct inline_image *images = (struct inline_image *)(uintptr_t)m->images;
	size_t i, count = 0;

	for (i = 0; i < m->image_count; i++)
		if (shows(m->html, images[i].content_id))
			images[count++] = images[i];
	m->image_count = count;
}
