/*
 * btyd.h - "buy till you die": how often somebody comes again, who may have left without saying so
 *
 * BG/NBD (Fader, Hardie, Lee 2005) and Pareto/NBD (Schmittlein, Morrison, Colombo 1987), by maximum
 * likelihood. Everything is in one unit of time, whichever.
 */
#ifndef AE_LEARN_BTYD_H
#define AE_LEARN_BTYD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/learn/draw.h"

struct btyd_history {
	double repeats; /* x: times after the first */
	double last;    /* t_x: from the first to the last */
	double age;     /* T: from the first to now */
	double count;   /* how many have this very history */
};

enum btyd_model {
	BTYD_BGNBD, /* r, alpha, a, b */
	BTYD_PARETO /* r, alpha, s, beta */
};

enum {
	BTYD_PARAMETERS = 4
};
extern const char *const btyd_names[2][BTYD_PARAMETERS];

struct btyd {
	enum btyd_model model;
	double parameters[BTYD_PARAMETERS], errors[BTYD_PARAMETERS];
	double log_likelihood;
	bool converged;
	/* NULL, or why nobody is seen to leave: then expectations are those of the NBD model alone. */
	const char *degenerate;
};

/* Histories that are equal become one with the sum of their counts; returns how many are left. */
size_t btyd_group(struct btyd_history *h, size_t count);
double btyd_log_likelihood(enum btyd_model model, const double *parameters, const struct btyd_history *h);
/* False: *error says why; there must be somebody who came again. */
bool btyd_fit(enum btyd_model model, const struct btyd_history *h, size_t count, struct btyd *out,
	      const char **error);
/* The probability that one is still there at the end of its history. */
double btyd_alive(const struct btyd *m, const struct btyd_history *h);
/* Expected times within `ahead` after the end of the history. */
double btyd_expected(const struct btyd *m, const struct btyd_history *h, double ahead);
/* One draw of how often that will be, with what btyd_alive says: the model's spread, its parameters taken as
 * they are. */
double btyd_draw(const struct btyd *m, const struct btyd_history *h, double alive, double ahead,
		 struct draw *d);

#endif
