/*
 * get_progress.c - where a member stands on every active milestone, what was achieved, and what is next
 */
#include <string.h>
#include <talloc.h>

#include "services/milestone/handlers.h"

enum {
	ACHIEVED_MAX = 100
};

static void put_bonus(struct json_writer *w, const struct bonus *b)
{
	if (b->points == 0 && b->reward_id == NULL) {
		json_put_null(w, "bonus");
		return;
	}
	json_open_object(w, "bonus");
	if (b->points > 0)
		json_put_integer(w, "points", b->points);
	if (b->reward_id)
		json_put_text(w, "reward_id", b->reward_id);
	if (b->reward_name)
		json_put_text(w, "reward_name", b->reward_name);
	json_close(w);
}

static void put_pace(struct json_writer *w, const struct standing *s)
{
	if (s->pace <= 0) {
		json_put_null(w, "pace");
		return;
	}
	json_open_object(w, "pace");
	json_put_real(w, "per_week", s->pace * 7);
	json_close(w);
}

static void put_visual(struct json_writer *w, const char *member_id, const struct standing *s)
{
	json_open_object(w, "visual");
	json_put_text(w, "svg",
		      talloc_asprintf(w, "/milestones/%s/progress.svg?milestone=%s", member_id, s->of->id));
	json_put_text(w, "text", s->text);
	json_close(w);
}

static void put_standing(struct json_writer *w, const struct member *m, const char *language,
			 const struct standing *s)
{
	char text[DAY_TEXT];

	json_open_object(w, NULL);
	json_put_text(w, "milestone_id", s->of->id);
	json_put_text(w, "name", milestone_name(s->of, language));
	json_put_text(w, "kind", kind_name(s->of->kind));
	json_put_text(w, "status", s->reached ? "reached" : "open");
	json_put_text(w, "period", s->period);
	json_put_real(w, "value", s->value);
	json_put_real(w, "target", s->target);
	if (s->of->currency)
		json_put_text(w, "currency", s->of->currency);
	json_put_real(w, "fraction", s->fraction);
	json_put_text(w, "remaining", s->remaining);
	put_pace(w, s);
	json_put_text(w, "projected_date", s->projected == DAY_NONE ? NULL : day_format(s->projected, text));
	put_bonus(w, &s->of->bonus);
	put_visual(w, m->member_id, s);
	json_close(w);
}

/* The newest first; of what is not in use any more the id stands for the name. */
static void put_achieved(struct json_writer *w, const struct member *m, const struct catalogue *c,
			 const char *language)
{
	const struct milestone *of;
	const struct award *a;
	char time[INSTANT_TEXT];
	size_t i, told = 0;

	json_open_array(w, "achieved");
	for (i = m->award_count; i > 0 && told < ACHIEVED_MAX; i--) {
		a = m->awards[i - 1];
		if (!a->live || a->skipped)
			continue;
		of = catalogue_find(c, a->milestone_id);
		json_open_object(w, NULL);
		json_put_text(w, "milestone_id", a->milestone_id);
		json_put_text(w, "name", of ? milestone_name(of, language) : a->milestone_id);
		json_put_text(w, "occurrence", a->occurrence);
		json_put_text(w, "achieved_at", instant_format(a->achieved, time));
		if (a->bonus)
			json_put_raw(w, "bonus", a->bonus, strlen(a->bonus));
		else
			json_put_null(w, "bonus");
		if (a->late_days > 0)
			json_put_integer(w, "late_days", a->late_days);
		json_close(w);
		told++;
	}
	json_close(w);
}

static void put_next(struct json_writer *w, const struct standing *next)
{
	if (next == NULL) {
		json_put_null(w, "next_best");
		return;
	}
	json_open_object(w, "next_best");
	json_put_text(w, "milestone_id", next->of->id);
	json_put_text(w, "remaining", next->remaining);
	json_close(w);
}

reply get_progress(struct request *req, const struct get_progress_in *in)
{
	struct milestones *s = req->daemon->state;
	struct json_writer *w = json_writer_new(req);
	const char *language, *text;
	struct standing *all;
	struct member *m;
	size_t count, i, length;
	reply out;

	if ((all = standings_of(req, in->member_id, in->lang, &m, &count, &out)) == NULL)
		return out;
	language = words_language(m, in->lang);
	json_open_object(w, NULL);
	json_put_text(w, "member_id", in->member_id);
	json_open_array(w, "milestones");
	for (i = 0; i < count; i++)
		put_standing(w, m, language, &all[i]);
	json_close(w);
	put_achieved(w, m, s->catalogue, language);
	put_next(w, standing_next(all, count));
	text = json_text(w, &length);
	request_put_header(req, "cache-control", "private, no-cache");
	if (!db_failed(req->db) && reply_not_modified(req, etag_of(req, text, length), &out))
		return out;
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
