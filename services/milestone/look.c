/*
 * look.c - where a member stands on each milestone: how far, how fast, and when it will be there
 */
#include <string.h>
#include <talloc.h>

#include "services/milestone/anniversary.h"
#include "services/milestone/handlers.h"

/* Days that the bucket under way has been filled for, as far as one knows. */
static int64_t days_so_far(const struct member *m, const struct milestone *of, day today)
{
	const char *joined = profile_word(m, "enrolled_at");
	day from = DAY_NONE;
	instant t;

	if (of->per != PERIOD_NONE)
		for (from = today; period_index(of->per, from - 1) == period_index(of->per, today);)
			from--;
	if (joined && instant_parse(joined, &t) && (from == DAY_NONE || tz_day(m->zone, t) > from))
		from = tz_day(m->zone, t);
	if (of->from > INSTANT_MIN && (from == DAY_NONE || tz_day(m->zone, of->from) > from))
		from = tz_day(m->zone, of->from);
	return from == DAY_NONE || from > today ? 0 : today - from + 1;
}

static void project(const struct member *m, struct standing *s, day today)
{
	const struct milestone *of = s->of;
	int64_t days = days_so_far(m, of, today);
	double left = s->target - s->value, wait;
	day last = of->per ? period_end(of->per, today) : DAY_NONE;

	s->projected = DAY_NONE;
	if (of->kind == KIND_STREAK) {
		s->pace = 1.0 / (of->streak == PERIOD_DAY     ? 1
				 : of->streak == PERIOD_WEEK  ? 7
				 : of->streak == PERIOD_MONTH ? 30.4
							      : 365.25);
	} else if (of->event && days > 0) {
		s->pace = s->value / (double)days;
	}
	if (s->reached || s->pace <= 0)
		return;
	wait = left / s->pace;
	if (wait < 36500 && (last == DAY_NONE || today + (day)wait < last))
		s->projected = today + (day)wait + ((double)(day)wait < wait);
}

/* What a repeating one is on its way to; the first that is not reached. */
static void stand_by_events(struct working_set *ws, struct member *m, struct standing *s, day today)
{
	const struct milestone *of = s->of;
	struct tally *t = settle_look(ws, m, of, INSTANT_MAX);
	const struct bucket *b = tally_current(t, of, today);
	const char *period = period_name(ws, of->per, today);
	int64_t reached = b ? bucket_reached(of, b) : 0;

	s->period = period[0] ? period : NULL;
	s->value = b ? bucket_current(of, b, today) : 0;
	s->target = of->target;
	if (of->every > 0)
		s->target = occurrence_target(of, reached + 1);
	else
		s->reached = reached > 0;
	project(m, s, today);
}

static void stand_by_date(struct member *m, struct standing *s, day today)
{
	day base, next, before;
	int n;

	s->target = 1;
	s->projected = DAY_NONE;
	if (!calendar_base(m, s->of, &base))
		return;
	n = anniversary_next(s->of, base, today + 1);
	next = anniversary_day(s->of, base, n);
	before = anniversary_day(s->of, base, n - 1);
	s->projected = next;
	s->target = next - before;
	s->value = today > before ? today - before : 0;
}

static void stand_by_rule(struct working_set *ws, struct member *m, struct standing *s, day today)
{
	const char *name = period_name(ws, s->of->per, today);
	struct award *a = member_award(m, s->of->id, name[0] ? name : "once");

	s->period = name[0] ? name : NULL;
	s->target = 1;
	s->reached = a && a->live;
	s->value = s->reached;
	s->projected = DAY_NONE;
}

static void stand(struct working_set *ws, struct member *m, struct standing *s, day today)
{
	if (milestone_of_dates(s->of))
		stand_by_date(m, s, today);
	else if (s->of->rule)
		stand_by_rule(ws, m, s, today);
	else
		stand_by_events(ws, m, s, today);
	s->fraction = s->value / s->target;
	s->fraction = s->fraction < 0 ? 0 : s->fraction > 1 || s->reached ? 1 : s->fraction;
}

struct standing *standings_of(struct request *req, const char *member_id, const char *lang,
			      struct member **member, size_t *count, reply *out)
{
	struct working_set *ws;
	struct standing *all;
	const char *locale;
	instant now = clock_now();
	day today;
	size_t i;

	catalogue_refresh(req->daemon);
	ws = working_set_read(req->daemon, req->db, req, &member_id, 1);
	*member = ws ? working_set_member(ws, member_id) : NULL;
	if (*member == NULL) {
		*out = reply_not_found(req, "member", member_id);
		return NULL;
	}
	today = tz_day((*member)->zone, now);
	locale = lang ? lang : profile_word(*member, "locale");
	all = talloc_zero_array(req, struct standing, ws->catalogue->count + 1);
	for (*count = 0, i = 0; i < ws->catalogue->count; i++) {
		if (now < ws->catalogue->milestones[i]->from || now >= ws->catalogue->milestones[i]->until)
			continue;
		all[*count].of = ws->catalogue->milestones[i];
		stand(ws, *member, &all[*count], today);
		words_put(req, words_language(*member, lang), locale, &all[*count], today);
		(*count)++;
	}
	return all;
}

const struct standing *standing_next(const struct standing *all, size_t count)
{
	const struct standing *best = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		if (all[i].reached || all[i].of->rule)
			continue;
		if (best == NULL || all[i].fraction > best->fraction ||
		    (all[i].fraction == best->fraction && all[i].projected != DAY_NONE &&
		     (best->projected == DAY_NONE || all[i].projected < best->projected)))
			best = &all[i];
	}
	return best;
}
