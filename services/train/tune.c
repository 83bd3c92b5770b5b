/*
 * tune.c - hyperparameters, chosen on what was wanted before the split
 *
 * One parameter after the other is doubled or halved for as long as lists get better, twice around: what
 * these parameters do is smooth in their logarithm, and a grid would spend most of its fits far from anything
 * good.
 */
#include "services/train/tune.h"
#include "services/train/judge.h"

#include <math.h>
#include <stdbool.h>
#include <talloc.h>

#include "common/progress.h"

enum {
	ROUNDS = 2,
	KNOBS_MAX = 2
};

/* A parameter that is whole in `count`, or any number in `real`. */
struct knob {
	double *real;
	int32_t *count;
	double least, most;
};

struct tuner {
	const struct history *h;
	enum model_kind kind;
	enum task task;
	struct model_options o;
	struct progress *progress;
	int32_t fits;
	double best;
};

static void knob_set(const struct knob *k, double value)
{
	if (k->count)
		*k->count = (int32_t)round(value);
	else
		*k->real = value;
}

static double knob_get(const struct knob *k)
{
	return k->count ? *k->count : *k->real;
}

/* NDCG@10 with the options as they are; NAN: they cannot be fitted, which is no reason to give up, since
 * others can. */
static double worth(struct tuner *t)
{
	void *pool = talloc_new(NULL);
	const char *error = NULL;
	const struct models *m = models_fit(pool, t->h, 1U << t->kind, &t->o, &error);
	struct judgement j;

	progress_at(t->progress, ++t->fits);
	if (m)
		judge(m, 1U << t->kind, t->kind, t->task, &j);
	talloc_free(pool);
	return m ? j.of[t->kind][NDCG_10].value : NAN;
}

/* As far as it gets better that way. Whether it did. */
static bool walk(struct tuner *t, const struct knob *k, double factor)
{
	bool moved = false;

	for (;;) {
		double kept = knob_get(k), next = kept * factor, got;

		if (next < k->least || next > k->most)
			return moved;
		knob_set(k, next);
		got = worth(t);
		if (!(got > t->best)) {
			knob_set(k, kept);
			return moved;
		}
		t->best = got;
		moved = true;
	}
}

/* From far to near: a bad beginning may lie where small steps change nothing. */
static bool knob_turn(struct tuner *t, const struct knob *k)
{
	static const double factors[] = {16, 4, 2};
	bool moved = false;
	size_t i;

	for (i = 0; i < sizeof(factors) / sizeof(factors[0]); i++)
		if (walk(t, k, factors[i]) || walk(t, k, 1 / factors[i]))
			moved = true;
	return moved;
}

static size_t knobs_of(struct model_options *o, enum model_kind kind, struct knob out[KNOBS_MAX])
{
	switch (kind) {
	case MODEL_EASE:
		out[0] = (struct knob){.real = &o->lambda, .least = 1e-3, .most = 1e9};
		return 1;
	case MODEL_KNN:
		out[0] = (struct knob){.count = &o->neighbours, .least = 2, .most = 2000};
		out[1] = (struct knob){.real = &o->shrink, .least = 0.1, .most = 1e6};
		return 2;
	case MODEL_IALS:
		out[0] = (struct knob){.real = &o->ials.unobserved, .least = 1e-3, .most = 10};
		out[1] = (struct knob){.real = &o->ials.regularisation, .least = 1e-5, .most = 10};
		return 2;
	case MODEL_FREQUENCY_EASE:
		out[0] = (struct knob){.real = &o->blend, .least = 1e-3, .most = 1e3};
		return 1;
	case MODEL_POPULARITY:
	case MODEL_POPULARITY_RECENT:
	case MODEL_FREQUENCY:
	case MODEL_HYBRID:
	case MODEL_KINDS:
		break;
	}
	return 0;
}

static void model_tune(struct tuner *t, enum model_kind kind)
{
	struct knob knobs[KNOBS_MAX];
	size_t count = knobs_of(&t->o, kind, knobs), i;
	bool moved = count > 0;
	int round;

	t->kind = kind;
	if (count > 0)
		t->best = worth(t);
	for (round = 0; round < ROUNDS && moved; round++)
		for (i = 0, moved = false; i < count; i++)
			moved |= knob_turn(t, &knobs[i]);
}

int32_t models_tune(const struct history *before, unsigned set, enum task t, struct model_options *o)
{
	struct tuner tuner = {.h = before, .task = t, .o = *o};
	int k;

	/* EASE comes after what blends it in the order of kinds, and must be chosen before. */
	static const enum model_kind order[] = {MODEL_EASE, MODEL_KNN, MODEL_IALS, MODEL_FREQUENCY_EASE};

	if (set & 1U << MODEL_HYBRID)
		set |= 1U << MODEL_EASE | 1U << MODEL_KNN | 1U << MODEL_IALS;
	if (set & 1U << MODEL_FREQUENCY_EASE)
		set |= 1U << MODEL_EASE;
	tuner.progress = progress_new(NULL, "tuning", "fits", 0);
	for (k = 0; k < (int)(sizeof(order) / sizeof(order[0])); k++)
		if (set & 1U << order[k])
			model_tune(&tuner, order[k]);
	progress_end(tuner.progress);
	talloc_free(tuner.progress);
	*o = tuner.o;
	return tuner.fits;
}
