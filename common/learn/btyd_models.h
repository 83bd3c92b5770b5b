/*
 * btyd_models.h - the two models' own formulas, for btyd.c
 */
#ifndef AE_LEARN_BTYD_MODELS_H
#define AE_LEARN_BTYD_MODELS_H

#include "common/learn/btyd.h"

/* parameters: r, alpha, a, b */
double bgnbd_log_likelihood(const double *parameters, const struct btyd_history *h);
double bgnbd_alive(const double *parameters, const struct btyd_history *h);
double bgnbd_expected(const double *parameters, const struct btyd_history *h, double ahead);

/* parameters: r, alpha, s, beta */
double pareto_log_likelihood(const double *parameters, const struct btyd_history *h);
double pareto_alive(const double *parameters, const struct btyd_history *h);
double pareto_expected(const double *parameters, const struct btyd_history *h, double ahead);

/* (y^e - 1) / e, which is log y at e = 0; given log y. */
double btyd_power(double log_y, double e);

#endif
