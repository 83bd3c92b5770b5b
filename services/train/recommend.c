/*
 * recommend.c - ae-train recommend: how well recommenders foresee what members take next
 */
#include "services/train/recommend.h"
#include "services/train/judge.h"
#include "services/train/rehearse.h"
#include "services/train/train.h"

#include <math.h>
#include <stdio.h>
#include <talloc.h>

static const char *const task_names[TASKS] = {"new", "all"};

static struct window *test_window(const void *parent, const struct recommend_options *o,
				  const struct interactions *log)
{
	if (o->leave_last)
		return window_last(parent, log, 0);
	return window_at(parent, log, o->split, o->end != INSTANT_NONE ? o->end : INSTANT_MAX);
}

static unsigned compared_set(const struct recommend_options *o)
{
	if (o->compared)
		return o->compared;
	if (o->chosen == MODEL_HYBRID)
		return 1U << MODEL_POPULARITY_RECENT | 1U << MODEL_EASE | 1U << MODEL_FREQUENCY;
	return 1U << MODEL_POPULARITY_RECENT;
}

static void report_task(struct report *r, const struct recommend_options *o, unsigned set, enum task t,
			const struct judgement *j)
{
	const char *task = task_names[t];
	int k, i;

	report_count(r, talloc_asprintf(r, "%s_members", task), j->members);
	for (i = 0; i < MEASURES; i++)
		report_metric(r, talloc_asprintf(r, "%s_%s", task, measure_name((enum measure)i)),
			      j->of[o->chosen][i].value, mean_error(&j->of[o->chosen][i]));
	report_metric(r, talloc_asprintf(r, "%s_coverage@10", task), j->coverage[o->chosen], NAN);
	for (k = 0; k < MODEL_KINDS; k++) {
		const char *name = model_name((enum model_kind)k);

		for (i = 0; set & 1U << k && k != (int)o->chosen && i <= HR_10; i++) {
			const char *measure = measure_name((enum measure)i);

			report_metric(r, talloc_asprintf(r, "%s_%s_of_%s", task, measure, name),
				      j->of[k][i].value, mean_error(&j->of[k][i]));
			report_metric(r, talloc_asprintf(r, "%s_%s_ahead_of_%s", task, measure, name),
				      j->ahead[k][i].value, mean_error(&j->ahead[k][i]));
		}
	}
}

static void report_parameters(struct report *r, const struct recommend_options *o)
{
	const struct model_options *m = &o->model;
	enum model_kind k = o->chosen;

	report_parameter(r, "min_buyers", o->history.least_buyers);
	if (k == MODEL_EASE || k == MODEL_FREQUENCY_EASE || k == MODEL_HYBRID)
		report_parameter(r, "lambda", m->lambda);
	if (k == MODEL_FREQUENCY_EASE)
		report_parameter(r, "blend", m->blend);
	if (k == MODEL_FREQUENCY_EASE || k == MODEL_HYBRID)
		report_parameter(r, "half_life_days", o->history.half_life);
	if (k == MODEL_POPULARITY_RECENT || k == MODEL_HYBRID)
		report_parameter(r, "recent_days", o->history.recent);
	if (k == MODEL_KNN || k == MODEL_HYBRID) {
		report_parameter(r, "neighbours", m->neighbours);
		report_parameter(r, "shrink", m->shrink);
	}
	if (k == MODEL_IALS || k == MODEL_HYBRID) {
		report_parameter(r, "factors", m->ials.factors);
		report_parameter(r, "sweeps", m->ials.sweeps);
		report_parameter(r, "unobserved", m->ials.unobserved);
		report_parameter(r, "regularisation", m->ials.regularisation);
		report_parameter(r, "nu", m->ials.nu);
		report_parameter(r, "seed", (double)m->ials.seed);
	}
	if (k == MODEL_HYBRID) {
		report_parameter(r, "candidates", m->candidates);
		report_parameter(r, "ridge", m->ridge);
	}
}

static void report_input(struct report *r, const struct interactions *log, const struct history *h)
{
	report_count(r, "lines", log->lines);
	report_count(r, "lines_without_name", log->nameless);
	report_count(r, "lines_below_value", log->below);
	report_count(r, "lines_twice", log->doubles);
	report_count(r, "members", h->members);
	report_count(r, "items", h->items);
	report_count(r, "pairs", (int64_t)sparse_entries(h->owned));
}

static int failed(const char *why)
{
	fprintf(stderr, "ae-train recommend: %s\n", why);
	return TRAIN_FAILED;
}

static int recommend_run(struct recommend_options *o)
{
	void *top = o->top;
	struct report *r = report_new(top, model_name(o->chosen));
	unsigned set = compared_set(o) | 1U << o->chosen;
	const char *error = NULL;
	struct interactions *log = interactions_read(top, &o->source, &error);
	struct history *h;
	struct hybrid *hybrid = NULL;
	struct models *m;
	int t;

	if (!log)
		return failed(error);
	h = history_new(top, log, test_window(top, o, log), &o->history);
	if (sparse_entries(h->wanted) == 0)
		return failed(h->items ? "nothing is left to be foreseen: no known member takes a known item "
					 "after the split"
				       : "no item has enough members before the split (--min-buyers)");
	if (!rehearse(o, log, set, r, &hybrid, &error) || !(m = models_fit(top, h, set, &o->model, &error)))
		return failed(error);
	m->hybrid = hybrid;
	report_input(r, log, h);
	report_parameters(r, o);
	for (t = 0; t < TASKS; t++) {
		struct judgement j;

		if (!o->tasks[t])
			continue;
		judge(m, set, o->chosen, (enum task)t, &j);
		report_task(r, o, set, (enum task)t, &j);
	}
	report_print(r, o->json);
	return TRAIN_DONE;
}

int train_recommend(int argc, char **argv)
{
	struct recommend_options o;
	int code;

	if (!recommend_options_read(argc, argv, &o))
		return TRAIN_USAGE;
	if (o.help) {
		fputs(recommend_usage, stdout);
		return TRAIN_DONE;
	}
	o.top = talloc_new(NULL);
	code = recommend_run(&o);
	talloc_free(o.top);
	return code;
}
