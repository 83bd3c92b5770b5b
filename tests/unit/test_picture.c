/*
 * test_picture.c - what small pictures say, and that they are drawn
 *
 * Looked at pixel by pixel where it matters: how much of a ring or bar is filled. With
 * PICTURE_SAMPLES=directory set, the files are also left there to be looked at.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <cairo.h>
#include <talloc.h>

#include "common/picture.h"
#include "tests/unit/unit.h"

static const double visits[] = {4, 6, NAN, 5, 3, 1};
static const double dips[] = {1, -2, 3, 0};
static const double flat[] = {5, 5, 5};
static const double hole[] = {NAN, 5, NAN};
static const double beyond[] = {1, INFINITY};

START_TEST(fractions)
{
	static const struct {
		double value, target, fraction;
		const char *percent, *why;
	} cases[] = {
		{0, 50, 0, "0 %", "nothing yet"},
		{32, 50, 0.64, "64 %", "on the way"},
		{0.1, 50, 0.002, "<1 %", "begun is not nothing"},
		{49.99, 50, 0.9998, "99 %", "nearly is not done"},
		{1e15 - 1, 1e15, 1, "99 %", "also where doubles end"},
		{50, 50, 1, "100 %", "done"},
		{60, 50, 1, "100 %", "more than done"},
		{-5, 50, 0, "0 %", "returned more than bought"},
		{5, 0, 0, "0 %", "no target"},
		{NAN, 50, 0, "0 %", "no number"},
	};
	void *scratch = talloc_new(NULL);
	struct picture p = {.kind = PICTURE_RING};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		p.value = cases[i].value;
		p.target = cases[i].target;
		ck_assert_msg(fabs(picture_fraction(&p) - cases[i].fraction) < 1e-9, "%s: got %g",
			      cases[i].why, picture_fraction(&p));
		ck_assert_str_eq(picture_percent(scratch, &p), cases[i].percent);
	}
	p.value = 1e15 - 1;
	p.target = 1e15;
	ck_assert_msg(picture_fraction(&p) < 1, "full before the target");
	talloc_free(scratch);
}
END_TEST

START_TEST(what_can_be_drawn)
{
	static const struct {
		struct picture p;
		bool want;
		const char *why;
	} cases[] = {
		{{PICTURE_RING, 1, 2, NULL, 0, NULL, NULL, NULL}, true, "a ring"},
		{{PICTURE_RING, 1, 0, NULL, 0, NULL, NULL, NULL}, false, "no target"},
		{{PICTURE_BAR, NAN, 2, NULL, 0, NULL, NULL, NULL}, false, "no value"},
		{{PICTURE_BAR, 1, INFINITY, NULL, 0, NULL, NULL, NULL}, false, "endless"},
		{{PICTURE_COLUMNS, 0, 0, visits, 6, NULL, NULL, NULL}, true, "columns with a gap"},
		{{PICTURE_COLUMNS, 0, 0, dips, 4, NULL, NULL, NULL}, true, "columns below nought"},
		{{PICTURE_SPARKLINE, 0, 0, flat, 3, NULL, NULL, NULL}, true, "a level line"},
		{{PICTURE_SPARKLINE, 0, 0, hole, 3, NULL, NULL, NULL}, false, "one value is no line"},
		{{PICTURE_SPARKLINE, 0, 0, beyond, 2, NULL, NULL, NULL}, false, "endless"},
		{{PICTURE_SPARKLINE, 0, 0, NULL, 0, NULL, NULL, NULL}, false, "nothing"},
	};
	void *scratch = talloc_new(NULL);
	size_t i, length;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(picture_drawable(&cases[i].p) == cases[i].want, "%s", cases[i].why);
		ck_assert_msg((picture_svg(scratch, &cases[i].p, PICTURE_LIGHT, 120, 60, &length) != NULL) ==
				      cases[i].want,
			      "%s", cases[i].why);
		ck_assert_msg((picture_png(scratch, &cases[i].p, PICTURE_CLEAR, 120, 60, 2, &length) !=
			       NULL) == cases[i].want,
			      "%s", cases[i].why);
	}
	talloc_free(scratch);
}
END_TEST

/* --- pixels ---------------------------------------------------------------------------------------- */

struct source {
	const unsigned char *bytes;
	size_t left;
};

static cairo_status_t give(void *from, unsigned char *to, unsigned int length)
{
	struct source *s = from;

	if (length > s->left)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(to, s->bytes, length);
	s->bytes += length;
	s->left -= length;
	return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *pixels_of(const struct picture *p, enum picture_ground ground, int width, int height)
{
	size_t length;
	unsigned char *png = picture_png(NULL, p, ground, width, height, 1, &length);
	struct source s = {png, length};
	cairo_surface_t *image = cairo_image_surface_create_from_png_stream(give, &s);

	ck_assert_int_eq(cairo_surface_status(image), CAIRO_STATUS_SUCCESS);
	ck_assert_int_eq(cairo_image_surface_get_width(image), width);
	talloc_free(png);
	return image;
}

static uint32_t pixel(cairo_surface_t *image, int x, int y)
{
	const unsigned char *row = cairo_image_surface_get_data(image) +
				   y * cairo_image_surface_get_stride(image);

	return ((const uint32_t *)(const void *)row)[x];
}

/* How many pixels along the middle have the colour of the bar's left end. */
START_TEST(a_bar_is_as_full_as_it_says)
{
	static const struct {
		double value;
		int low, high;
	} cases[] = {{0, 0, 0},     {0.01, 8, 20},     {25, 45, 55},
		     {50, 95, 105}, {99.99, 180, 199}, {100, 196, 200}};
	struct picture p = {.kind = PICTURE_BAR, .target = 100};
	cairo_surface_t *image;
	size_t i;
	int x, filled;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		p.value = cases[i].value;
		image = pixels_of(&p, PICTURE_LIGHT, 200, 16);
		for (x = filled = 0; x < 200; x++)
			filled += (pixel(image, x, 8) & 0xffffff) == 0x0b62b0;
		ck_assert_msg(filled >= cases[i].low && filled <= cases[i].high, "%g %%: got %d pixels",
			      cases[i].value, filled);
		cairo_surface_destroy(image);
	}
}
END_TEST

START_TEST(a_clear_ground_lets_the_page_through)
{
	struct picture p = {.kind = PICTURE_RING, .value = 3, .target = 4};
	cairo_surface_t *image = pixels_of(&p, PICTURE_CLEAR, 100, 100);

	ck_assert_uint_eq(pixel(image, 0, 0), 0);
	ck_assert_msg(pixel(image, 94, 50) >> 24 > 200, "the ring's right side is filled");
	ck_assert_msg(pixel(image, 15, 20) >> 24 < 130, "its upper left is track");
	cairo_surface_destroy(image);
}
END_TEST

static double lightness(uint32_t c)
{
	double channel[3], v;
	int i;

	for (i = 0; i < 3; i++) {
		v = (c >> (16 - 8 * i) & 255) / 255.0;
		channel[i] = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
	}
	return 0.2126 * channel[0] + 0.7152 * channel[1] + 0.0722 * channel[2];
}

static double contrast(uint32_t a, uint32_t b)
{
	double x = lightness(a) + 0.05, y = lightness(b) + 0.05;

	return x > y ? x / y : y / x;
}

/* What is drawn on a clear ground is seen on the cards of a mail, light and dark. */
START_TEST(clear_colours_work_on_both)
{
	struct picture p = {.kind = PICTURE_RING, .value = 1, .target = 1};
	cairo_surface_t *image = pixels_of(&p, PICTURE_CLEAR, 200, 200);
	static const uint32_t cards[] = {0xffffff, 0xf1f5fa, 0x1f242a, 0x282f37};
	uint32_t colours[2] = {pixel(image, 190, 100), 0}, c;
	size_t k;
	int x, y, i;

	for (x = 60; x < 140 && !colours[1]; x++)
		for (y = 80; y < 120; y++)
			if ((c = pixel(image, x, y)) >> 24 == 255)
				colours[1] = c;
	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(colours[i] >> 24, 255);
		for (k = 0; k < sizeof(cards) / sizeof(cards[0]); k++)
			ck_assert_msg(contrast(colours[i] & 0xffffff, cards[k]) >= 3, "%06x on %06x",
				      colours[i], cards[k]);
	}
	cairo_surface_destroy(image);
}
END_TEST

/* --- files ----------------------------------------------------------------------------------------- */

START_TEST(files_carry_words_and_are_steady)
{
	static const struct picture p = {
		.kind = PICTURE_RING, .value = 32, .target = 50, .label = "32 & <more>"};
	static const struct picture german = {
		.kind = PICTURE_BAR, .value = 1, .target = 2, .text = "Die H\xc3\xa4lfte ist geschafft"};
	void *scratch = talloc_new(NULL);
	size_t a, b;
	char *svg = picture_svg(scratch, &p, PICTURE_DARK, 120, 120, &a);
	void *png = picture_png(scratch, &p, PICTURE_LIGHT, 120, 120, 2, &a), *again;

	ck_assert_ptr_nonnull(strstr(svg, "32 &amp; &lt;more&gt;"));
	ck_assert_ptr_nonnull(strstr(svg, "32 of 50 (64 %)"));
	ck_assert_ptr_nonnull(strstr(svg, "role=\"img\""));
	again = picture_png(scratch, &p, PICTURE_LIGHT, 120, 120, 2, &b);
	ck_assert_mem_eq(png, again, a);
	ck_assert_ptr_nonnull(
		strstr(picture_svg(scratch, &german, PICTURE_LIGHT, 1, 99999, &a), "H\xc3\xa4lfte"));
	talloc_free(scratch);
}
END_TEST

static void leave(const char *folder, const char *name, const struct picture *p, enum picture_ground ground,
		  int width, int height)
{
	size_t length;
	unsigned char *png = picture_png(NULL, p, ground, width, height, 2, &length);
	char *path = talloc_asprintf(png, "%s/%s_%d.png", folder, name, (int)ground);
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fwrite(png, 1, length, f);
	fclose(f);
	talloc_free(png);
}

START_TEST(samples_are_left)
{
	static const struct {
		const char *name;
		struct picture p;
		int width, height;
	} samples[] = {
		{"ring", {.kind = PICTURE_RING, .value = 32, .target = 50}, 120, 120},
		{"ring_note",
		 {.kind = PICTURE_RING, .value = 32, .target = 50, .label = "32", .note = "of 50 visits"},
		 160,
		 160},
		{"ring_long",
		 {.kind = PICTURE_RING, .value = 32, .target = 50, .label = "12,345,678 points of many"},
		 120,
		 120},
		{"ring_full", {.kind = PICTURE_RING, .value = 50, .target = 50}, 120, 120},
		{"ring_empty", {.kind = PICTURE_RING, .value = 0, .target = 50}, 120, 120},
		{"bar", {.kind = PICTURE_BAR, .value = 32, .target = 50}, 520, 14},
		{"sparkline", {.kind = PICTURE_SPARKLINE, .values = visits, .value_count = 6}, 200, 60},
		{"columns", {.kind = PICTURE_COLUMNS, .values = visits, .value_count = 6}, 200, 60},
		{"dips", {.kind = PICTURE_COLUMNS, .values = dips, .value_count = 4}, 200, 60},
	};
	const char *folder = getenv("PICTURE_SAMPLES");
	size_t i;
	int g;

	for (i = 0; folder && i < sizeof(samples) / sizeof(samples[0]); i++)
		for (g = PICTURE_LIGHT; g <= PICTURE_CLEAR; g++)
			leave(folder, samples[i].name, &samples[i].p, (enum picture_ground)g,
			      samples[i].width, samples[i].height);
}
END_TEST

UNIT_MAIN("picture", fractions, what_can_be_drawn, a_bar_is_as_full_as_it_says,
	  a_clear_ground_lets_the_page_through, clear_colours_work_on_both, files_carry_words_and_are_steady,
	  samples_are_left)
