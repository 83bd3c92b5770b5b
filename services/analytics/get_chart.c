/*
 * get_chart.c - one chart of the dashboard as SVG, PNG, or figure and table in JSON
 */
#include <string.h>
#include <talloc.h>

#include "services/analytics/dashboard.h"

enum form {
	FORM_NONE,
	FORM_SVG,
	FORM_PNG,
	FORM_JSON
};

/* Splits "spend.svg"; the name is cut at the dot. */
static enum form form_of(char *name)
{
	static const char *const endings[] = {"", "svg", "png", "json"};
	char *dot = strrchr(name, '.');
	int f;

	if (dot == NULL)
		return FORM_NONE;
	*dot++ = '\0';
	for (f = FORM_SVG; f <= FORM_JSON; f++)
		if (strcmp(dot, endings[f]) == 0)
			return (enum form)f;
	return FORM_NONE;
}

static bool chart_known(const char *name)
{
	size_t i;

	for (i = 0; dashboard_charts[i]; i++)
		if (strcmp(dashboard_charts[i], name) == 0)
			return true;
	return false;
}

static reply reply_chart_json(struct request *req, const struct chart *c)
{
	struct json_writer *w = json_writer_new(req);

	json_open_object(w, NULL);
	json_put_text(w, "name", c->name);
	json_put_text(w, "title", c->title);
	json_put_text(w, "text", c->text);
	chart_put_figure(w, "figure", c);
	chart_put_table(w, "table", c);
	json_close(w);
	return reply_json(req, w);
}

static reply draw(struct request *req, const struct get_chart_in *in, const struct chart *c, enum form form)
{
	enum chart_theme theme = in->theme == GET_CHART_THEME_DARK ? CHART_DARK : CHART_LIGHT;
	const void *picture;
	size_t length = 0;

	if (form == FORM_JSON)
		return reply_chart_json(req, c);
	if (form == FORM_SVG)
		picture = chart_svg(req, c, theme, (int)in->width, (int)in->height, &length);
	else
		picture = chart_png(req, c, theme, (int)in->width, (int)in->height, (int)in->scale, &length);
	if (picture == NULL)
		return reply_error(req, ERR_INTERNAL, "the picture could not be drawn");
	return reply_body(req, 200, form == FORM_SVG ? "image/svg+xml" : "image/png", picture, length);
}

reply get_chart(struct request *req, const struct get_chart_in *in)
{
	struct dashboard_query q = {in->member_id,
				    in->currency,
				    (enum period_kind)in->period,
				    (enum compare_kind)in->compare,
				    in->has_from,
				    in->has_to,
				    in->from,
				    in->to};
	char *name = talloc_strdup(req, in->chart);
	enum form form = form_of(name);
	struct dashboard *d;
	struct chart chart;
	reply out;

	if (form == FORM_NONE || !chart_known(name))
		return reply_not_found(req,
				       "chart; there are spend, categories, points, balance and market, as "
				       ".svg, .png or .json",
				       in->chart);
	if ((d = load_dashboard(req, &q, &out)) == NULL)
		return out;
	request_put_header(req, "cache-control", "private, no-cache");
	if (reply_not_modified(req,
			       dashboard_etag(req, d->member, d->catalogue, d->today,
					      talloc_asprintf(req, "%s?%s", in->chart, request_query(req))),
			       &out))
		return out;
	if (!dashboard_chart(req, d, name, &chart))
		chart.points = 0; /* the market chart without market data: an empty picture says so */
	return draw(req, in, &chart, form);
}
