/*
 * get_progress_picture.c - a member's progress on one milestone, drawn
 */
#include <string.h>
#include <talloc.h>

#include "common/picture.h"
#include "services/milestone/handlers.h"

/* What both formats are asked for. */
struct wish {
	const char *member_id, *milestone, *lang;
	int kind, ground;
	int64_t width, height, scale; /* scale 0: SVG */
};

static const struct standing *choose(const struct standing *all, size_t count, const char *milestone_id)
{
	size_t i;

	if (milestone_id == NULL)
		return standing_next(all, count);
	for (i = 0; i < count; i++)
		if (strcmp(all[i].of->id, milestone_id) == 0)
			return &all[i];
	return NULL;
}

static enum picture_kind kind_of(const struct wish *wish, const struct milestone *of)
{
	static const enum picture_kind kinds[] = {PICTURE_RING, PICTURE_RING, PICTURE_BAR};

	if (wish->kind > 0)
		return kinds[wish->kind];
	return picture_kind_find(json_get_text(of->document, "visual", "ring"));
}

static reply draw(struct request *req, const struct wish *wish, const struct standing *s)
{
	struct picture p = {.kind = kind_of(wish, s->of),
			    .value = s->reached     ? s->target
				     : s->value < 0 ? 0
						    : s->value,
			    .target = s->target,
			    .text = s->text};
	const char *tag = talloc_asprintf(req, "%s %g %g %d %d %lld %lld %lld", p.text, p.value, p.target,
					  (int)p.kind, wish->ground, (long long)wish->width,
					  (long long)wish->height, (long long)wish->scale);
	const void *picture;
	size_t length = 0;
	reply out;

	request_put_header(req, "cache-control", "private, no-cache");
	if (reply_not_modified(req, etag_of(req, tag, strlen(tag)), &out))
		return out;
	if (wish->scale == 0)
		picture = picture_svg(req, &p, (enum picture_ground)wish->ground, (int)wish->width,
				      (int)wish->height, &length);
	else
		picture = picture_png(req, &p, (enum picture_ground)wish->ground, (int)wish->width,
				      (int)wish->height, (int)wish->scale, &length);
	if (picture == NULL)
		return reply_error(req, ERR_INTERNAL, "the picture could not be drawn");
	return reply_body(req, 200, wish->scale == 0 ? "image/svg+xml" : "image/png", picture, length);
}

static reply answer(struct request *req, const struct wish *wish)
{
	const struct standing *s;
	struct standing *all;
	struct member *m;
	size_t count;
	reply out;

	if ((all = standings_of(req, wish->member_id, wish->lang, &m, &count, &out)) == NULL)
		return out;
	if ((s = choose(all, count, wish->milestone)) == NULL)
		return reply_not_found(req, "milestone in use", wish->milestone ? wish->milestone : "");
	return draw(req, wish, s);
}

reply get_progress_svg(struct request *req, const struct get_progress_svg_in *in)
{
	struct wish wish = {in->member_id,  in->milestone, in->lang,   (int)in->kind,
			    (int)in->theme, in->width,     in->height, 0};

	return answer(req, &wish);
}

reply get_progress_png(struct request *req, const struct get_progress_png_in *in)
{
	struct wish wish = {in->member_id,  in->milestone, in->lang,   (int)in->kind,
			    (int)in->theme, in->width,     in->height, in->scale};

	return answer(req, &wish);
}
