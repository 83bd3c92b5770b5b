/*
 * special.h - special functions in forms that survive large arguments
 */
#ifndef AE_LEARN_SPECIAL_H
#define AE_LEARN_SPECIAL_H

/* log(Gamma(z + n) / Gamma(z)) for z > 0, n >= 0; exact to some digits of the difference even where both
 * terms are huge. */
double log_rising(double z, double n);
/* log(exp(a) + exp(b)); -INFINITY is log 0. */
double log_sum(double a, double b);
/* Gauss's hypergeometric function 2F1(1, a; c; z) for c > 1 and z < 1, by his continued fraction: fast where
 * the series is slow, at z near 1. */
double hypergeometric_1(double a, double c, double z);
/* P(normal <= x), and its inverse. */
double normal_below(double x);
double normal_quantile(double share);
/* P(|Student's t| >= |t|) with so many degrees of freedom, whole or not. */
double student_beyond(double t, double freedom);

#endif
