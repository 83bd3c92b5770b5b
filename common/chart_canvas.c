/*
 * chart_canvas.c - colours, lines and text for the charts
 *
 * Text goes through pango, so that any script is shaped and anything too long ends in an ellipsis.
 * Metrics are not hinted: an SVG and a PNG of one chart have the same layout.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/chart_draw.h"

enum {
	WORDS_MAX = 1024
}; /* bytes of a text that are looked at; no picture is wide enough for more */

/* Chosen so that neighbours stay apart under protanopia, deuteranopia and tritanopia, and 3:1 from the paper.
 */
static const struct theme themes[] = {
	[CHART_LIGHT] = {.paper = 0xffffff,
			 .ink = 0x1c2530,
			 .muted = 0x56616d,
			 .grid = 0xe8ebef,
			 .axis = 0xaab3bd,
			 .other = 0x8b949e,
			 .series = {0x0b62b0, 0xe37b12, 0x0b9a7a, 0xc274b0, 0x4f97ea, 0xa01c24, 0x5c7414,
				    0x363c66}},
	[CHART_DARK] = {.paper = 0x15191f,
			.ink = 0xe9edf2,
			.muted = 0xa3aebb,
			.grid = 0x282f38,
			.axis = 0x566270,
			.other = 0x7d8894,
			.series = {0x4a9df0, 0xf0a03a, 0x2fcf9f, 0xd18fc4, 0xb4d4ff, 0xd9534a, 0xf3e06a,
				   0x7a78b8}},
};

const struct theme *theme_of(enum chart_theme theme)
{
	return &themes[theme == CHART_DARK ? CHART_DARK : CHART_LIGHT];
}

#ifdef __SANITIZE_ADDRESS__
/* fontconfig keeps its tables in a way that the leak checker cannot follow. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}
#endif

static int canvas_free(struct canvas *v)
{
	pango_font_description_free(v->font);
	g_object_unref(v->layout);
	return 0;
}

/* Type grows slowly with the picture: 11 pixels at 640 x 400, never under 9. */
static double type_size(double width, double height)
{
	return fmax(9, fmin(18, 11 * sqrt(fmin(width / 640, height / 400))));
}

struct canvas *canvas_new(const void *parent, cairo_t *cr, enum chart_theme theme, double width,
			  double height)
{
	struct canvas *v = talloc_zero(parent, struct canvas);
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	v->scratch = v;
	v->cr = cr;
	v->theme = theme_of(theme);
	v->size = type_size(width, height);
	v->margin = round(v->size * 1.4);
	v->layout = pango_cairo_create_layout(cr);
	pango_cairo_context_set_font_options(pango_layout_get_context(v->layout), options);
	v->font = pango_font_description_from_string("DejaVu Sans, sans-serif");
	cairo_font_options_destroy(options);
	talloc_set_destructor(v, canvas_free);
	return v;
}

void canvas_color(struct canvas *v, uint32_t color, double alpha)
{
	cairo_set_source_rgba(v->cr, (color >> 16 & 255) / 255.0, (color >> 8 & 255) / 255.0,
			      (color & 255) / 255.0, alpha);
}

void canvas_box(struct canvas *v, const struct box *b)
{
	cairo_rectangle(v->cr, b->x, b->y, b->width, b->height);
	cairo_fill(v->cr);
}

/* A one pixel line, set on the pixel grid so that it stays sharp. */
void canvas_line(struct canvas *v, double x0, double y0, double x1, double y1)
{
	double shift_x = x0 == x1 ? 0.5 : 0, shift_y = y0 == y1 ? 0.5 : 0;

	cairo_set_line_width(v->cr, 1);
	cairo_move_to(v->cr, shift_x ? floor(x0) + shift_x : x0, shift_y ? floor(y0) + shift_y : y0);
	cairo_line_to(v->cr, shift_x ? floor(x1) + shift_x : x1, shift_y ? floor(y1) + shift_y : y1);
	cairo_stroke(v->cr);
}

/* Hands words to pango, mended where they are not UTF-8 and cut where nobody could see them. */
static void layout_words(PangoLayout *layout, const char *words)
{
	size_t length = words ? strlen(words) : 0;
	char *mended;

	if (length > WORDS_MAX)
		for (length = WORDS_MAX; length && (words[length] & 0xc0) == 0x80;)
			length--;
	if (length == 0 || g_utf8_validate(words, (gssize)length, NULL)) {
		pango_layout_set_text(layout, length ? words : "", (int)length);
		return;
	}
	mended = g_utf8_make_valid(words, (gssize)length);
	pango_layout_set_text(layout, mended, -1);
	g_free(mended);
}

static struct box layout_set(struct canvas *v, const struct text *t)
{
	PangoRectangle box;

	pango_font_description_set_absolute_size(v->font, t->size * PANGO_SCALE);
	pango_font_description_set_weight(v->font, t->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(v->layout, v->font);
	pango_layout_set_single_paragraph_mode(v->layout, TRUE);
	pango_layout_set_wrap(v->layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(v->layout, t->align > 0.75   ? PANGO_ALIGN_RIGHT
					      : t->align > 0.25 ? PANGO_ALIGN_CENTER
								: PANGO_ALIGN_LEFT);
	pango_layout_set_width(v->layout, t->width > 0 ? (int)ceil(fmin(t->width, 10000) * PANGO_SCALE) : -1);
	pango_layout_set_height(v->layout, t->lines > 1 ? -t->lines : -1);
	pango_layout_set_ellipsize(v->layout, t->width > 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
	layout_words(v->layout, t->words);
	pango_layout_get_extents(v->layout, NULL, &box);
	return (struct box){(double)box.x / PANGO_SCALE, (double)box.y / PANGO_SCALE,
			    (double)box.width / PANGO_SCALE, (double)box.height / PANGO_SCALE};
}

struct box canvas_measure(struct canvas *v, const struct text *t)
{
	return layout_set(v, t);
}

double canvas_write(struct canvas *v, const struct text *t, double x, double y)
{
	struct box b = layout_set(v, t);

	canvas_color(v, t->color, 1);
	cairo_save(v->cr);
	cairo_translate(v->cr, x, y);
	if (t->slant != 0)
		cairo_rotate(v->cr, t->slant);
	/* with a width, pango aligns inside that width: b.x is where the words begin in it */
	cairo_move_to(v->cr, -b.x - b.width * t->align, t->middle ? -b.height / 2 : 0);
	pango_cairo_show_layout(v->cr, v->layout);
	cairo_restore(v->cr);
	cairo_new_path(v->cr);
	return b.height;
}

static uint32_t color_mix(uint32_t a, uint32_t b)
{
	return ((a >> 1) & 0x7f7f7f) + ((b >> 1) & 0x7f7f7f);
}

/* The colour of a series; the ninth and those after it get paler ones. */
uint32_t color_series(const struct theme *theme, size_t series)
{
	uint32_t color = theme->series[series % CHART_COLORS];

	return series / CHART_COLORS % 2 ? color_mix(color, theme->paper) : color;
}

/* Text of an axis: small and quiet. */
struct text canvas_tick(const struct canvas *v, const char *words, double align)
{
	return (struct text){.words = words, .size = v->size, .color = v->theme->muted, .align = align};
}

static double luminance(uint32_t color)
{
	return 0.2126 * pow((color >> 16 & 255) / 255.0, 2.2) +
	       0.7152 * pow((color >> 8 & 255) / 255.0, 2.2) + 0.0722 * pow((color & 255) / 255.0, 2.2);
}

uint32_t color_on(uint32_t background)
{
	return luminance(background) > 0.25 ? 0x101418 : 0xffffff;
}
