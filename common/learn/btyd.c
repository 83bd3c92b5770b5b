/*
 * btyd.c - fitting and predicting with either model (see btyd.h)
 */
#include "common/learn/btyd.h"

#include <math.h>
#include <stdlib.h>

#include "common/learn/btyd_models.h"
#include "common/learn/search.h"

const char *const btyd_names[2][BTYD_PARAMETERS] = {{"r", "alpha", "a", "b"}, {"r", "alpha", "s", "beta"}};

static const struct {
	double (*log_likelihood)(const double *parameters, const struct btyd_history *h);
	double (*alive)(const double *parameters, const struct btyd_history *h);
	double (*expected)(const double *parameters, const struct btyd_history *h, double ahead);
} models[] = {
	[BTYD_BGNBD] = {bgnbd_log_likelihood, bgnbd_alive, bgnbd_expected},
	[BTYD_PARETO] = {pareto_log_likelihood, pareto_alive, pareto_expected},
};

enum {
	SCOUTS = 4000
};

/* A share of leavers below the first, or a parameter of leaving beyond the second, is no leaving. */
#define LEAVERS_LEAST  1e-4
#define PARAMETER_MOST 1e5

static int history_order(const void *a, const void *b)
{
	const struct btyd_history *x = a, *y = b;

	if (x->repeats != y->repeats)
		return x->repeats < y->repeats ? -1 : 1;
	if (x->last != y->last)
		return x->last < y->last ? -1 : 1;
	return (x->age > y->age) - (x->age < y->age);
}

size_t btyd_group(struct btyd_history *h, size_t count)
{
	size_t i, have = 0;

	qsort(h, count, sizeof(*h), history_order);
	for (i = 0; i < count; i++)
		if (have > 0 && history_order(&h[have - 1], &h[i]) == 0)
			h[have - 1].count += h[i].count;
		else
			h[have++] = h[i];
	return have;
}

double btyd_log_likelihood(enum btyd_model model, const double *parameters, const struct btyd_history *h)
{
	return models[model].log_likelihood(parameters, h);
}

struct sample {
	enum btyd_model model;
	const struct btyd_history *histories;
	size_t count, every; /* every so-many-th counts */
};

static double sample_log_likelihood(const double *parameters, void *context)
{
	const struct sample *s = context;
	double sum = 0;
	size_t i;

	for (i = 0; i < s->count; i++)
		sum += s->histories[i].count * models[s->model].log_likelihood(parameters, &s->histories[i]);
	return sum;
}

static const char *check(const struct sample *s, double *age, double *repeats)
{
	double people = 0;
	size_t i;

	*age = *repeats = 0;
	for (i = 0; i < s->count; i++) {
		const struct btyd_history *h = &s->histories[i];

		if (!(h->repeats >= 0 && h->last >= 0 && h->last <= h->age && isfinite(h->age + h->repeats)))
			return "a history ends before it begins, or is not a number";
		people += h->count;
		*age += h->count * h->age;
		*repeats += h->count * h->repeats;
	}
	*age /= people;
	*repeats /= people;
	if (s->count == 0)
		return "there are no histories";
	if (!(*repeats > 0 && *age > 0))
		return "nobody came a second time; nothing says how often one comes";
	return NULL;
}

/* What the parameters of leaving tell. */
static const char *degeneracy(const struct btyd *m, double age)
{
	const double *p = m->parameters;

	if (p[0] > PARAMETER_MOST || p[1] > PARAMETER_MOST * age)
		return "r and alpha ran to their bound: all come equally often, so who is who is not learned";
	if (m->model == BTYD_BGNBD && (p[2] < LEAVERS_LEAST || p[3] > PARAMETER_MOST))
		return "a went to 0 or b to infinity: nobody is seen to leave";
	if (m->model == BTYD_PARETO && (p[2] < LEAVERS_LEAST || p[3] > PARAMETER_MOST * age))
		return "s went to 0 or beta to infinity: nobody is seen to leave";
	return NULL;
}

/* The likelihood may have more than one top; the highest of two ascents is taken. */
static struct search ascend_twice(struct sample *s, double age, double repeats)
{
	struct search best = {.value = -HUGE_VAL}, one;
	int i;

	for (i = 0; i < 2; i++) {
		double share = i == 0 ? 1 : 0.3;
		double from[BTYD_PARAMETERS] = {share, share * age / repeats, share,
						s->model == BTYD_PARETO ? age : 2};

		one = search_highest(sample_log_likelihood, s, from, BTYD_PARAMETERS);
		if (one.value > best.value)
			best = one;
	}
	return best;
}

/* Of many histories some thousands show where the top is; from there, all of them. */
bool btyd_fit(enum btyd_model model, const struct btyd_history *h, size_t count, struct btyd *out,
	      const char **error)
{
	struct sample s = {model, h, count, 1};
	double age, repeats;
	struct search best;
	int i;

	if ((*error = check(&s, &age, &repeats)) != NULL)
		return false;
	s.every = 1 + count / SCOUTS;
	best = ascend_twice(&s, age, repeats);
	if (s.every > 1) {
		s.every = 1;
		best = search_highest(sample_log_likelihood, &s, best.at, BTYD_PARAMETERS);
	}
	*out = (struct btyd){.model = model, .log_likelihood = best.value, .converged = best.converged};
	for (i = 0; i < BTYD_PARAMETERS; i++) {
		out->parameters[i] = best.at[i];
		out->errors[i] = best.errors[i];
	}
	out->degenerate = degeneracy(out, age);
	return true;
}

double btyd_alive(const struct btyd *m, const struct btyd_history *h)
{
	return m->degenerate ? 1 : models[m->model].alive(m->parameters, h);
}

double btyd_expected(const struct btyd *m, const struct btyd_history *h, double ahead)
{
	if (m->degenerate)
		return (m->parameters[0] + h->repeats) / (m->parameters[1] + h->age) * ahead;
	return models[m->model].expected(m->parameters, h, ahead);
}

/* Given that one is there, rate and leaving have the distributions that they began with, updated. */
double btyd_draw(const struct btyd *m, const struct btyd_history *h, double alive, double ahead,
		 struct draw *d)
{
	const double *p = m->parameters;
	double rate = draw_gamma(d, p[0] + h->repeats) / (p[1] + h->age);

	if (m->degenerate)
		return draw_poisson(d, rate * ahead);
	if (draw_uniform(d) > alive)
		return 0;
	if (m->model == BTYD_BGNBD)
		return fmin(draw_poisson(d, rate * ahead),
			    draw_geometric(d, draw_beta(d, p[2], p[3] + h->repeats)));
	return draw_poisson(
		d, rate * fmin(ahead, -log(draw_uniform(d)) * (p[3] + h->age) / draw_gamma(d, p[2])));
}
