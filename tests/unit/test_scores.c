/*
 * test_scores.c - scores and calibration, against the definitions counted out pair by pair
 */
#include <math.h>
#include <stdlib.h>
#include <talloc.h>

#include "common/learn/calibrate.h"
#include "common/learn/logistic.h"
#include "common/learn/scores.h"
#include "tests/unit/unit.h"

enum {
	MOST = 400
};

/* Rounded, so that there are ties. */
static void make(double *p, double *label, size_t count, double steps)
{
	size_t i;

	for (i = 0; i < count; i++) {
		p[i] = round(drand48() * steps) / steps;
		label[i] = drand48() < 0.2 + 0.6 * p[i];
	}
}

static double wins(double one, double zero)
{
	return one > zero ? 1 : one == zero ? 0.5 : 0;
}

/* DeLong's variance from every pair. */
static void by_pairs(const double *p, const double *label, size_t count, double *auc, double *error)
{
	double share[MOST] = {0}, n[2] = {0, 0}, square[2] = {0, 0};
	size_t i, j;

	*auc = 0;
	for (i = 0; i < count; i++)
		n[label[i] == 1] += 1;
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++)
			if (label[i] == 1 && label[j] == 0) {
				share[i] += wins(p[i], p[j]) / n[0];
				share[j] += wins(p[i], p[j]) / n[1];
				*auc += wins(p[i], p[j]) / n[0] / n[1];
			}
	for (i = 0; i < count; i++)
		square[label[i] == 1] += pow(share[i] - *auc, 2);
	*error = sqrt(square[0] / (n[0] - 1) / n[0] + square[1] / (n[1] - 1) / n[1]);
}

START_TEST(area_by_pairs)
{
	double p[MOST], label[MOST], auc, error;
	struct scores s;
	size_t run;

	srand48(11);
	for (run = 0; run < 40; run++) {
		size_t count = 30 + 9 * run;

		make(p, label, count, run % 2 ? 10 : 1e6);
		by_pairs(p, label, count, &auc, &error);
		ck_assert(scores_of(p, label, count, &s));
		ck_assert_double_eq_tol(s.auc.value, auc, 1e-12);
		ck_assert_double_eq_tol(s.auc.error, error, 1e-12);
	}
}
END_TEST

START_TEST(counted_by_hand)
{
	static const double p[] = {.9, .9, .8, .35, .3, .2, .15, .1, .05, .05, .02};
	static const double label[] = {1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0};
	struct scores s;
	double brier = 0, loss = 0;
	size_t i;

	for (i = 0; i < 11; i++) {
		brier += pow(p[i] - label[i], 2) / 11;
		loss -= log(label[i] == 1 ? p[i] : 1 - p[i]) / 11;
	}
	ck_assert(scores_of(p, label, 11, &s));
	ck_assert_uint_eq(s.ones, 4);
	ck_assert_double_eq_tol(s.brier.value, brier, 1e-12);
	ck_assert_double_eq_tol(s.log_loss.value, loss, 1e-12);
	ck_assert_double_eq_tol(s.base_brier, 4.0 / 11 * 7 / 11, 1e-12);
	/* Groups: [0,.1) 1 of .12, [.1,.2) 0 of .25, [.2,.3) 0 of .2, [.3,.4) 1 of .65, .8 1, .9s 1 of 1.8.
	 */
	ck_assert_double_eq_tol(s.ece10.value, (.88 + .25 + .2 + .35 + .2 + .8) / 11, 1e-12);
	/* Two of eleven are the highest tenth; of the two at .9 one is right. */
	ck_assert_double_eq_tol(s.lift10.value, 0.5 / (4.0 / 11), 1e-12);
}
END_TEST

START_TEST(calibrated_and_too_sure)
{
	static double p[20000], label[20000];
	struct platt c;
	struct scores s;
	size_t i;

	srand48(3);
	for (i = 0; i < 20000; i++) {
		double truth = drand48();

		label[i] = drand48() < truth;
		p[i] = logistic_of(2 * logit_of(truth) + 1);
	}
	ck_assert(scores_of(p, label, 20000, &s));
	ck_assert_double_eq_tol(s.slope.value, 0.5, 5 * s.slope.error);
	ck_assert_double_eq_tol(s.intercept.value, -0.5, 5 * s.intercept.error);
	ck_assert_double_gt(s.ece10.value, 0.1);
	ck_assert(platt_fit(p, label, 20000, &c));
	for (i = 0; i < 20000; i++)
		p[i] = platt_of(&c, p[i]);
	ck_assert(scores_of(p, label, 20000, &s));
	ck_assert_double_lt(s.ece10.value, 0.015);
}
END_TEST

/* The value of isotonic regression at i is max over j <= i of min over k >= i of the mean of j..k. */
static double by_minimax(const double *label, size_t count, size_t i)
{
	double best = -INFINITY;
	size_t j, k, m;

	for (j = 0; j <= i; j++) {
		double least = INFINITY;

		for (k = i; k < count; k++) {
			double sum = 0;

			for (m = j; m <= k; m++)
				sum += label[m];
			least = fmin(least, sum / (double)(k - j + 1));
		}
		best = fmax(best, least);
	}
	return best;
}

START_TEST(isotonic_by_minimax)
{
	double p[60], label[60];
	struct isotonic *c;
	size_t run, i;

	srand48(5);
	for (run = 0; run < 20; run++) {
		for (i = 0; i < 60; i++) {
			p[i] = (double)i / 60;
			label[i] = drand48() < p[i];
		}
		c = isotonic_fit(NULL, p, label, NULL, 60);
		for (i = 0; i < 60; i++)
			ck_assert_double_eq_tol(isotonic_of(c, p[i]), by_minimax(label, 60, i), 1e-12);
		ck_assert_double_eq(isotonic_of(c, -1), isotonic_of(c, 0));
		ck_assert_double_eq(isotonic_of(c, 2), isotonic_of(c, p[59]));
		talloc_free(c);
	}
}
END_TEST

START_TEST(ties_and_weights_are_pooled)
{
	static const double p[] = {.2, .2, .2, .6, .4}, label[] = {1, 0, 0, 1, 1}, w[] = {1, 1, 1, 1, 0};
	struct isotonic *c = isotonic_fit(NULL, p, label, w, 5);

	ck_assert_double_eq_tol(isotonic_of(c, .2), 1.0 / 3, 1e-12);
	ck_assert_double_eq_tol(isotonic_of(c, .4), (1.0 / 3 + 1) / 2, 1e-12);
	ck_assert_double_eq_tol(isotonic_of(c, .6), 1, 1e-12);
	talloc_free(c);
}
END_TEST

START_TEST(what_cannot_be_said)
{
	struct scores s;
	struct platt c;

	ck_assert(!scores_of(NULL, NULL, 0, &s));
	ck_assert(!scores_of((double[]){.5, NAN}, (double[]){0, 1}, 2, &s));
	ck_assert(!scores_of((double[]){.5, 1.5}, (double[]){0, 1}, 2, &s));
	ck_assert(!scores_of((double[]){.5, .5}, (double[]){0, .5}, 2, &s));
	ck_assert(scores_of((double[]){.5, .25}, (double[]){1, 1}, 2, &s));
	ck_assert(isnan(s.auc.value) && isnan(s.slope.value));
	ck_assert_double_eq_tol(s.lift10.value, 1, 1e-12);
	ck_assert(scores_of((double[]){0, 1, 0, 1}, (double[]){0, 1, 0, 1}, 4, &s));
	ck_assert_double_eq(s.auc.value, 1);
	ck_assert_double_eq(s.brier.value, 0);
	ck_assert(isnan(s.slope.value));
	ck_assert(!platt_fit((double[]){.1, .9}, (double[]){1, 1}, 2, &c));
	ck_assert(!platt_fit((double[]){.5, .5}, (double[]){0, 1}, 2, &c));
	ck_assert_ptr_null(isotonic_fit(NULL, NULL, NULL, NULL, 0));
	ck_assert_ptr_null(isotonic_fit(NULL, (double[]){NAN}, (double[]){1}, NULL, 1));
}
END_TEST

UNIT_MAIN("scores", area_by_pairs, counted_by_hand, calibrated_and_too_sure, isotonic_by_minimax,
	  ties_and_weights_are_pooled, what_cannot_be_said)
