/*
 * gamma_gamma.h - how much somebody spends each time (Fader, Hardie, Lee 2005), by maximum likelihood
 *
 * A value is gamma(p, nu), and nu ~ gamma(q, gamma) differs between people. How often and how much are taken
 * as independent.
 */
#ifndef AE_LEARN_GAMMA_GAMMA_H
#define AE_LEARN_GAMMA_GAMMA_H

#include <stdbool.h>
#include <stddef.h>

#include "common/learn/draw.h"

struct spend_history {
	double times; /* how many values the mean is of */
	double mean;
};

enum {
	GAMMA_GAMMA_PARAMETERS = 3
};
extern const char *const gamma_gamma_names[GAMMA_GAMMA_PARAMETERS]; /* p, q, gamma */

struct gamma_gamma {
	double parameters[GAMMA_GAMMA_PARAMETERS], errors[GAMMA_GAMMA_PARAMETERS];
	double log_likelihood;
	bool converged;
	/* NULL, or why the model does not fit: then means are shrunk towards the mean of all by credibility.
	 */
	const char *degenerate;
	double mean;        /* of people */
	double credibility; /* so many values weigh as much as the mean of all; only when degenerate */
};

double gamma_gamma_log_likelihood(const double *parameters, const struct spend_history *h);
/* Histories without a time or a positive mean are passed over. False: fewer than two are left. */
bool gamma_gamma_fit(const struct spend_history *h, size_t count, struct gamma_gamma *out,
		     const char **error);
/* What one spends each time from now on; with no times behind it, the mean of all. */
double gamma_gamma_expected(const struct gamma_gamma *m, const struct spend_history *h);
/* One draw of what so many times more come to. */
double gamma_gamma_draw(const struct gamma_gamma *m, const struct spend_history *h, double times,
			struct draw *d);

#endif
