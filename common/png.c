/*
 * png.c - signature, header, words, pixels (RFC 2083)
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <talloc.h>
#include <zlib.h>

#include "common/png.h"

enum {
	FILTER_NONE = 0, /* with few colours, the repetitions themselves pack better than differences */
	LEVEL = 2
};

struct file {
	unsigned char *data;
	size_t length;
};

static void put(struct file *f, const void *data, size_t length)
{
	f->data = talloc_realloc(f, f->data, unsigned char, f->length + length);
	memcpy(f->data + f->length, data, length);
	f->length += length;
}

static void put_number(struct file *f, uint32_t n)
{
	const unsigned char bytes[] = {(unsigned char)(n >> 24), (unsigned char)(n >> 16),
				       (unsigned char)(n >> 8), (unsigned char)n};

	put(f, bytes, sizeof(bytes));
}

static void put_chunk(struct file *f, const char *kind, const void *data, size_t length)
{
	size_t from;

	put_number(f, (uint32_t)length);
	from = f->length;
	put(f, kind, 4);
	put(f, data, length);
	put_number(f, (uint32_t)crc32(0, f->data + from, (uInt)(f->length - from)));
}

static void put_header(struct file *f, cairo_surface_t *image, bool clear)
{
	struct file *header = talloc_zero(f, struct file);

	put_number(header, (uint32_t)cairo_image_surface_get_width(image));
	put_number(header, (uint32_t)cairo_image_surface_get_height(image));
	put(header, clear ? "\x08\x06\0\0" : "\x08\x02\0\0",
	    4);             /* depth, RGBA or RGB, deflate, its filters */
	put(header, "", 1); /* not interlaced */
	put_chunk(f, "IHDR", header->data, header->length);
	talloc_free(header);
}

/* tEXt is Latin-1; what is not ASCII goes into iTXt: not compressed, no language, no translated keyword. */
static void put_words(struct file *f, const char *keyword, const char *text)
{
	struct file *words = talloc_zero(f, struct file);
	const char *c = text;

	while (*c && !((unsigned char)*c & 0x80))
		c++;
	put(words, keyword, strlen(keyword) + 1);
	if (*c)
		put(words, "\0\0\0", 4);
	put(words, text, strlen(text));
	put_chunk(f, *c ? "iTXt" : "tEXt", words->data, words->length);
	talloc_free(words);
}

/* A row of cairo's, whose colours are multiplied by their alpha, as PNG's. */
static void row_copy(unsigned char *to, const uint32_t *from, int width, bool clear)
{
	uint32_t alpha;
	int x, k;

	for (x = 0; x < width; x++, to += clear ? 4 : 3) {
		alpha = clear ? from[x] >> 24 : 255;
		for (k = 0; k < 3; k++) {
			to[k] = (unsigned char)(from[x] >> (16 - 8 * k));
			if (alpha != 0 && alpha != 255)
				to[k] = (unsigned char)((to[k] * 255 + alpha / 2) / alpha);
		}
		if (clear)
			to[3] = (unsigned char)alpha;
	}
}

static void put_pixels(struct file *f, cairo_surface_t *image, bool clear)
{
	int width = cairo_image_surface_get_width(image), height = cairo_image_surface_get_height(image), y;
	size_t stride = (size_t)width * (clear ? 4 : 3) + 1;
	uLongf length = compressBound(stride * (size_t)height);
	unsigned char *rows = talloc_size(f, stride * (size_t)height), *row = rows;
	unsigned char *packed = talloc_size(f, length);
	const unsigned char *pixels = cairo_image_surface_get_data(image);

	for (y = 0; y < height; y++, row += stride, pixels += cairo_image_surface_get_stride(image)) {
		row[0] = FILTER_NONE;
		row_copy(row + 1, (const uint32_t *)(const void *)pixels, width, clear);
	}
	compress2(packed, &length, rows, (uLong)(row - rows), LEVEL); /* the bound is enough */
	put_chunk(f, "IDAT", packed, length);
	talloc_free(rows);
	talloc_free(packed);
}

unsigned char *png_write(const void *parent, cairo_surface_t *image, const char *title, const char *text,
			 size_t *length)
{
	struct file *f = talloc_zero(NULL, struct file);
	bool clear = cairo_image_surface_get_format(image) == CAIRO_FORMAT_ARGB32;
	unsigned char *data;

	cairo_surface_flush(image);
	put(f, "\x89PNG\r\n\x1a\n", 8);
	put_header(f, image, clear);
	put_words(f, "Title", title);
	put_words(f, "Description", text);
	put_pixels(f, image, clear);
	put_chunk(f, "IEND", "", 0);
	*length = f->length;
	data = talloc_steal(parent, f->data);
	talloc_free(f);
	return data;
}
