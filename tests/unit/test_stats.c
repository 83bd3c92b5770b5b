/*
 * test_stats.c - looking daily, simulated: false alarms of equal arms, and how often a real difference is
 * found
 *
 * Fourteen daily looks at 2,000 new members each, a base rate of 5 %. The figures are printed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/stats.h"
#include "tests/unit/unit.h"

enum {
	RUNS = 2000,
	LOOKS = 14,
	PER_LOOK = 1000, /* of each arm */
	DAYS = 56,
	GROUPS = 40
};
#define ALPHA 0.05

struct alarms {
	int fixed, peeking, sprt, sequence;
};

static double normal(void)
{
	return sqrt(-2 * log(1 - drand48())) * cos(2 * M_PI * drand48());
}

/* Of so many members, how many do it: by the normal approximation, n p q being near 50. */
static double buyers(int members, double rate)
{
	double n = round(members * rate + sqrt(members * rate * (1 - rate)) * normal());

	return n < 0 ? 0 : n;
}

/* One experiment; what alarmed at any look, and at the last. */
static void run_rates(const double rate[2], struct alarms *out)
{
	bool peeking = false, sprt = false, sequence = false;
	double got[2] = {0, 0}, n = 0, z = 0;
	int look, arm;

	for (look = 1; look <= LOOKS; look++) {
		double p[2], d, v;

		n += PER_LOOK;
		for (arm = 0; arm < 2; arm++) {
			got[arm] += buyers(PER_LOOK, rate[arm]);
			p[arm] = got[arm] / n;
		}
		d = p[0] - p[1];
		v = (p[0] * (1 - p[0]) + p[1] * (1 - p[1])) / n;
		z = fabs(d) / sqrt(v);
		peeking |= z > 1.959964;
		sprt |= stats_sprt_p(d, v, 0.005) <= ALPHA;
		sequence |= fabs(d) > stats_sequence(sqrt(v), 2 * n, 2.0 * LOOKS * PER_LOOK / 2, ALPHA);
	}
	out->fixed += z > 1.959964;
	out->peeking += peeking;
	out->sprt += sprt;
	out->sequence += sequence;
}

static struct alarms run_all(double first, double second)
{
	struct alarms out = {0};
	const double rate[2] = {first, second};
	int i;

	for (i = 0; i < RUNS; i++)
		run_rates(rate, &out);
	printf("daily looks, %.3f against %.3f: fixed %.3f, naive peeking %.3f, mSPRT %.3f, sequence %.3f\n",
	       first, second, out.fixed / (double)RUNS, out.peeking / (double)RUNS, out.sprt / (double)RUNS,
	       out.sequence / (double)RUNS);
	return out;
}

START_TEST(test_equal_arms)
{
	struct alarms a;

	srand48(41);
	a = run_all(0.05, 0.05);
	ck_assert_int_le(a.sprt, (int)(ALPHA * RUNS));
	ck_assert_int_le(a.sequence, (int)(ALPHA * RUNS));
	ck_assert_msg(a.fixed > 0.03 * RUNS && a.fixed < 0.07 * RUNS, "%d: the simulation is off", a.fixed);
	ck_assert_msg(a.peeking > 0.15 * RUNS, "%d: daily looks would do no harm here", a.peeking);
}
END_TEST

START_TEST(test_power)
{
	struct alarms a;

	srand48(42);
	a = run_all(0.06, 0.05);
	ck_assert_int_gt(a.sprt, (int)(0.65 * RUNS));
	ck_assert_int_gt(a.sequence, (int)(0.70 * RUNS));
}
END_TEST

/* --- members in groups, watched for weeks ---------------------------------------------------------- */

/* A holdout of GROUPS groups against as many of twenty times the members; each group has its own level. */
static bool alarms_ever(double gain, bool before)
{
	struct stats_unit units[2][GROUPS] = {{{0}}};
	const struct stats_arm arms[] = {{units[0], GROUPS}, {units[1], GROUPS}};
	double level[2][GROUPS], members[2] = {200, 10};
	struct stats_difference d;
	int day, arm, g;

	for (arm = 0; arm < 2; arm++)
		for (g = 0; g < GROUPS; g++) {
			units[arm][g].weight = round(members[arm] + sqrt(members[arm]) * normal());
			level[arm][g] = 3 + 2 * normal() / sqrt(units[arm][g].weight);
			units[arm][g].before = before ? 91 * level[arm][g] * units[arm][g].weight : 0;
		}
	for (day = 1; day <= DAYS; day++) {
		for (arm = 0; arm < 2; arm++)
			for (g = 0; g < GROUPS; g++)
				units[arm][g].value += units[arm][g].weight *
							       (level[arm][g] + (arm == 0) * gain) +
						       8 * sqrt(units[arm][g].weight) * normal();
		if (day >= 7 && stats_difference(&arms[0], &arms[1], &d) &&
		    fabs(d.estimate) > stats_sequence(sqrt(d.variance), day, 28, ALPHA))
			return true;
	}
	return false;
}

START_TEST(test_groups)
{
	int alarms[4] = {0}, i;

	srand48(43);
	for (i = 0; i < RUNS; i++) {
		alarms[0] += alarms_ever(0, false);
		alarms[1] += alarms_ever(0, true);
		alarms[2] += alarms_ever(0.2, false);
		alarms[3] += alarms_ever(0.2, true);
	}
	printf("groups, %d daily looks: equal arms %.3f, with CUPED %.3f; of a gain of 0.2 of 3 a day: %.3f, "
	       "with CUPED "
	       "%.3f\n",
	       DAYS, alarms[0] / (double)RUNS, alarms[1] / (double)RUNS, alarms[2] / (double)RUNS,
	       alarms[3] / (double)RUNS);
	ck_assert_int_le(alarms[0], (int)(ALPHA * RUNS));
	ck_assert_int_le(alarms[1], (int)(ALPHA * RUNS));
	ck_assert_int_gt(alarms[3], alarms[2]);
}
END_TEST

UNIT_MAIN("stats", test_equal_arms, test_power, test_groups)
