/*
 * gamma_gamma.c - how much somebody spends each time (see gamma_gamma.h)
 */
#include "common/learn/gamma_gamma.h"

#include <math.h>

#include "common/learn/search.h"
#include "common/learn/special.h"

const char *const gamma_gamma_names[GAMMA_GAMMA_PARAMETERS] = {"p", "q", "gamma"};

/* Beyond this p, one's own values do not differ or the parameters run away together. */
#define PARAMETER_MOST 1e4

struct sample {
	const struct spend_history *histories;
	size_t count;
	double scale; /* values are divided by it, so that the search begins near 1 */
};

static bool counts(const struct spend_history *h)
{
	return h->times > 0 && h->mean > 0;
}

double gamma_gamma_log_likelihood(const double *parameters, const struct spend_history *h)
{
	double p = parameters[0], q = parameters[1], gamma = parameters[2], px = p * h->times,
	       total = h->times * h->mean;

	return log_rising(q, px) - lgamma(px) - q * log1p(total / gamma) +
	       px * (log(total) - log(gamma + total)) - log(h->mean);
}

static double sample_log_likelihood(const double *parameters, void *context)
{
	const struct sample *s = context;
	double sum = 0;
	size_t i;

	for (i = 0; i < s->count; i++) {
		struct spend_history h = {s->histories[i].times, s->histories[i].mean / s->scale};

		if (counts(&h))
			sum += gamma_gamma_log_likelihood(parameters, &h) - log(s->scale);
	}
	return sum;
}

/*
 * Bühlmann's credibility from the means alone: a mean of n values varies by between + within / n, so a line
 * through the squares over 1 / n tells both.
 */
static double credibility(const struct sample *s, double mean)
{
	double n = 0, x = 0, y = 0, xx = 0, xy = 0, slope, level;
	size_t i;

	for (i = 0; i < s->count; i++) {
		const struct spend_history *h = &s->histories[i];
		double off = (h->mean - mean) * (h->mean - mean);

		if (!counts(h))
			continue;
		n += 1;
		x += 1 / h->times;
		y += off;
		xx += 1 / (h->times * h->times);
		xy += off / h->times;
	}
	slope = n * xx - x * x > 0 ? (n * xy - x * y) / (n * xx - x * x) : 0;
	level = (y - slope * x) / n;
	return slope <= 0 ? 1 : level <= 0 ? 1e3 : fmin(1e3, slope / level);
}

static void judge(const struct sample *s, double mean, struct gamma_gamma *out)
{
	const double *p = out->parameters;

	out->mean = mean;
	if (p[0] > PARAMETER_MOST || p[2] / s->scale < 1 / PARAMETER_MOST)
		out->degenerate =
			"p went to infinity or gamma to 0: one's own values tell nothing of their spread";
	else if (p[1] > PARAMETER_MOST)
		out->degenerate = "q went to infinity: people do not differ in what they spend";
	else if (p[1] <= 1)
		out->degenerate = "q is not above 1: the mean over people is infinite";
	if (out->degenerate)
		out->credibility = credibility(s, mean);
	else
		out->mean = p[0] * p[2] / (p[1] - 1);
}

bool gamma_gamma_fit(const struct spend_history *h, size_t count, struct gamma_gamma *out, const char **error)
{
	static const double from[] = {2, 2, 1};
	struct sample s = {h, count, 1};
	struct search best;
	double people = 0, sum = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (counts(&h[i])) {
			people += 1;
			sum += h[i].mean;
		}
	if (people < 2 || !isfinite(sum)) {
		*error = people < 2 ? "fewer than two spent anything a second time"
				    : "the values are too large to be added up";
		return false;
	}
	s.scale = sum / people;
	best = search_highest(sample_log_likelihood, &s, from, GAMMA_GAMMA_PARAMETERS);
	*out = (struct gamma_gamma){.log_likelihood = best.value, .converged = best.converged};
	for (i = 0; i < GAMMA_GAMMA_PARAMETERS; i++) {
		double scale = i == 2 ? s.scale : 1;

		out->parameters[i] = best.at[i] * scale;
		out->errors[i] = best.errors[i] * scale;
	}
	judge(&s, s.scale, out);
	return true;
}

double gamma_gamma_expected(const struct gamma_gamma *m, const struct spend_history *h)
{
	const double *p = m->parameters;

	if (!counts(h))
		return m->mean;
	if (m->degenerate)
		return (m->credibility * m->mean + h->times * h->mean) / (m->credibility + h->times);
	return p[0] * (p[2] + h->times * h->mean) / (p[0] * h->times + p[1] - 1);
}

double gamma_gamma_draw(const struct gamma_gamma *m, const struct spend_history *h, double times,
			struct draw *d)
{
	const double *p = m->parameters;
	double behind = counts(h) ? h->times : 0, rate;

	if (times == 0)
		return 0;
	if (m->degenerate)
		return times * gamma_gamma_expected(m, h);
	rate = draw_gamma(d, p[0] * behind + p[1]) / (p[2] + behind * h->mean);
	return draw_gamma(d, p[0] * times) / rate;
}
