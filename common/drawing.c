/*
 * drawing.c - something drawn as an SVG or PNG file
 *
 * What cairo cannot write into an SVG is added to its bytes afterwards: role, title and description. The ids
 * get a prefix made from the content, because two pictures inlined in one page would otherwise borrow each
 * other's glyphs.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cairo-svg.h>
#include <glib.h>
#include <talloc.h>

#include "common/drawing.h"
#include "common/png.h"

/* Bytes on their way to a file. */
struct bytes {
	char *data;
	size_t length, size;
};

static void bytes_put(struct bytes *b, const void *data, size_t length)
{
	if (b->length + length + 1 > b->size) {
		b->size = (b->length + length + 1) * 2;
		b->data = talloc_realloc_size(b, b->data, b->size);
	}
	memcpy(b->data + b->length, data, length);
	b->length += length;
	b->data[b->length] = '\0';
}

static cairo_status_t bytes_write(void *to, const unsigned char *data, unsigned int length)
{
	bytes_put(to, data, length);
	return CAIRO_STATUS_SUCCESS;
}

static void text_put(struct bytes *b, const char *text)
{
	bytes_put(b, text, strlen(text));
}

/* False: cairo ran out of memory. */
static bool surface_draw(cairo_surface_t *surface, const struct drawing *d)
{
	cairo_t *cr = cairo_create(surface);
	bool ok;

	if (cairo_status(cr) == CAIRO_STATUS_SUCCESS)
		d->draw(cr, d->what);
	ok = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(cr);
	return ok && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
}

/* A text as UTF-8 whatever it was; NULL as "". */
static char *text_mend(const void *parent, const char *text)
{
	char *mended = g_utf8_make_valid(text ? text : "", -1);
	char *copy = talloc_strdup(parent, mended);

	g_free(mended);
	return copy;
}

/* Text between XML tags; characters that XML 1.0 has no place for become spaces. */
static void xml_put(struct bytes *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			text_put(b, "&amp;");
		else if (*text == '<')
			text_put(b, "&lt;");
		else if (*text == '>')
			text_put(b, "&gt;");
		else if ((unsigned char)*text < ' ')
			text_put(b, " ");
		else if (!strncmp(text, "\xef\xbf\xbe", 3) || !strncmp(text, "\xef\xbf\xbf", 3))
			text += 2; /* U+FFFE, U+FFFF */
		else
			bytes_put(b, text, 1);
	}
}

/* cairo numbers the outermost group by a count of all surfaces of the process: equal charts must be equal
 * bytes. */
static void svg_steady(struct bytes *svg)
{
	static const char mark[] = "<g id=\"surface";
	char *at = strstr(svg->data, mark), *end = at ? strchr(at + strlen(mark), '"') : NULL;

	if (!end)
		return;
	memmove(at + 2, end + 1, strlen(end + 1) + 1);
	svg->length = strlen(svg->data);
}

/* The name that this picture's ids start with: FNV-1a of its bytes. */
static const char *ids_prefix(const struct bytes *svg, char prefix[16])
{
	uint32_t hash = 2166136261u;
	size_t i;

	for (i = 0; i < svg->length; i++)
		hash = (hash ^ (unsigned char)svg->data[i]) * 16777619u;
	snprintf(prefix, 16, "c%08x-", hash);
	return prefix;
}

/* Copies SVG text up to end, with the prefix on every id and every reference to one. */
static void ids_copy(struct bytes *out, const char *at, const char *end, const char *prefix)
{
	static const char *const marks[] = {" id=\"", "href=\"#", "url(#"};
	const char *next;
	size_t i;

	while (at < end) {
		next = at + strcspn(at, " hu");
		for (i = 0; i < 3 && strncmp(next, marks[i], strlen(marks[i])) != 0; i++)
			;
		next += i < 3 ? strlen(marks[i]) : next < end;
		bytes_put(out, at, (size_t)(next - at));
		if (i < 3)
			text_put(out, prefix);
		at = next;
	}
}

/* cairo's SVG with the accessible parts put in behind its opening tag. */
static void svg_finish(struct bytes *out, struct bytes *svg, const struct drawing *d)
{
	const char *tag = strstr(svg->data, "<svg "), *close = tag ? strchr(tag, '>') : NULL;
	char prefix[16];

	if (!close)
		return;
	svg_steady(svg);
	ids_prefix(svg, prefix);
	bytes_put(out, svg->data, (size_t)(close - svg->data));
	text_put(out, " role=\"img\" aria-labelledby=\"");
	text_put(out, prefix);
	text_put(out, "title ");
	text_put(out, prefix);
	text_put(out, "desc\">\n<title id=\"");
	text_put(out, prefix);
	text_put(out, "title\">");
	xml_put(out, text_mend(out, d->title));
	text_put(out, "</title>\n<desc id=\"");
	text_put(out, prefix);
	text_put(out, "desc\">");
	xml_put(out, text_mend(out, d->text));
	text_put(out, "</desc>");
	ids_copy(out, close + 1, svg->data + svg->length, prefix);
}

char *drawing_svg(const void *parent, const struct drawing *d, size_t *length)
{
	struct bytes *svg = talloc_zero(NULL, struct bytes), *out = talloc_zero(NULL, struct bytes);
	cairo_surface_t *surface = cairo_svg_surface_create_for_stream(bytes_write, svg, d->width, d->height);
	char *text = NULL;
	bool drawn;

	cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
	drawn = surface_draw(surface, d);
	cairo_surface_finish(surface); /* writes the rest */
	if (drawn && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS && svg->data) {
		svg_finish(out, svg, d);
		*length = out->length;
		text = talloc_steal(parent, out->data);
	}
	cairo_surface_destroy(surface);
	talloc_free(svg);
	talloc_free(out);
	return text;
}

unsigned char *drawing_png(const void *parent, const struct drawing *d, int scale, size_t *length)
{
	cairo_surface_t *surface = cairo_image_surface_create(
		d->clear ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, d->width * scale, d->height * scale);
	void *scratch = talloc_new(NULL);
	unsigned char *file = NULL;

	cairo_surface_set_device_scale(surface, scale, scale);
	if (surface_draw(surface, d))
		file = png_write(parent, surface, text_mend(scratch, d->title), text_mend(scratch, d->text),
				 length);
	cairo_surface_destroy(surface);
	talloc_free(scratch);
	return file;
}
