/*
 * rehearse.c - what is learned from the time before the one that is asked about
 */
#include "services/train/rehearse.h"
#include "services/train/hybrid.h"
#include "services/train/tune.h"

#include <talloc.h>

/* The test window's whole days: what is learned from is as long, so that it is alike. */
static int32_t validation_days(const struct recommend_options *o, const struct interactions *log)
{
	instant last = o->end != INSTANT_NONE && o->end < log->last ? o->end : log->last;
	int64_t days = (last - o->split) / (DAY_SECONDS * SECOND);

	if (o->validation_days)
		return o->validation_days;
	return days < 1 ? 1 : days > 36500 ? 36500 : (int32_t)days;
}

static struct window *validation_window(const void *parent, const struct recommend_options *o,
					const struct interactions *log)
{
	if (o->leave_last)
		return window_last(parent, log, 1);
	return window_at(parent, log, o->split - validation_days(o, log) * DAY_SECONDS * SECOND, o->split);
}

static void parameters_choose(struct recommend_options *o, const struct history *before, unsigned set,
			      struct report *r)
{
	enum task t = o->tasks[TASK_NEW] ? TASK_NEW : TASK_ALL;

	report_count(r, "fits_to_tune", models_tune(before, set, t, &o->model));
}

static bool hybrid_learn(struct recommend_options *o, const struct history *before, struct hybrid **out,
			 const char **error)
{
	const struct models *m = models_fit(before, before, 1U << MODEL_HYBRID, &o->model, error);

	if (!m)
		return false;
	*out = hybrid_fit(o->top, m, o->tasks);
	if (!*out)
		*error = "the hybrid finds nothing to learn before the split";
	return *out != NULL;
}

bool rehearse(struct recommend_options *o, const struct interactions *log, unsigned set, struct report *r,
	      struct hybrid **hybrid, const char **error)
{
	const struct history *before;
	void *pool;
	bool ok;

	if (!o->tune && !(set & 1U << MODEL_HYBRID))
		return true;
	pool = talloc_new(o->top);
	before = history_new(pool, log, validation_window(pool, o, log), &o->history);
	ok = before->items > 0 && sparse_entries(before->wanted) > 0;
	if (!ok)
		*error = "there is nothing before the split to learn from";
	if (ok && o->tune)
		parameters_choose(o, before, set, r);
	if (ok && set & 1U << MODEL_HYBRID)
		ok = hybrid_learn(o, before, hybrid, error);
	if (!ok)
		*error = talloc_strdup(o->top, *error);
	talloc_free(pool);
	return ok;
}
