/*
 * test_ranking.c - lists and what they are worth, worked by hand
 */
#include <math.h>
#include <stdio.h>

#include "common/learn/ranking.h"
#include "common/learn/top.h"
#include "tests/unit/unit.h"

START_TEST(test_top)
{
	static const struct {
		float scores[6];
		int32_t most;
		int32_t want[6], count;
		const char *why;
	} cases[] = {
		{{1, 5, 3, 4, 2, 0}, 3, {1, 3, 2}, 3, "the greatest first"},
		{{2, 2, 2, 2, 2, 2}, 4, {0, 1, 2, 3}, 4, "equal ones by index"},
		{{1, 2, 2, 1, 3, 1}, 5, {4, 1, 2, 0, 3}, 5, "the last places are shared"},
		{{-INFINITY, 1, NAN, -3, -INFINITY, -1}, 6, {1, 5, 3}, 3, "what is forbidden is not there"},
		{{1, 2, 3, 4, 5, 6}, 9, {5, 4, 3, 2, 1, 0}, 6, "no more than there are"},
		{{1, 2, 3, 4, 5, 6}, 0, {0}, 0, "none"},
	};
	size_t c;
	int32_t i, out[9];

	for (c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		ck_assert_msg(top_select(cases[c].scores, 6, cases[c].most, out) == cases[c].count, "%s",
			      cases[c].why);
		for (i = 0; i < cases[c].count; i++)
			ck_assert_msg(out[i] == cases[c].want[i], "%s: place %d is %d", cases[c].why, i,
				      out[i]);
	}
}
END_TEST

/* log2 of 2, 3, 4, 5: 1, 1.58496, 2, 2.32193. */
START_TEST(test_measures)
{
	static const struct {
		int32_t list[4], count, wanted[4], wanted_count, k;
		double ndcg, recall, any;
		const char *why;
	} cases[] = {
		{{7, 3, 9, 1}, 4, {7}, 1, 4, 1, 1, 1, "the only one, first"},
		{{3, 7, 9, 1}, 4, {7}, 1, 4, 1 / 1.5849625, 1, 1, "the only one, second"},
		{{3, 7, 9, 1}, 4, {7}, 1, 1, 0, 0, 0, "behind the cut"},
		{{3, 7, 9, 1},
		 4,
		 {1, 3},
		 2,
		 4,
		 (1 + 1 / 2.3219281) / (1 + 1 / 1.5849625),
		 1,
		 1,
		 "first and last of four"},
		{{3, 7, 9, 1},
		 4,
		 {1, 2, 3, 4},
		 4,
		 2,
		 1 / (1 + 1 / 1.5849625),
		 0.5,
		 1,
		 "wanted more than the list is long"},
		{{3, 7}, 2, {4, 5}, 2, 4, 0, 0, 0, "no hit"},
		{{3, 7},
		 2,
		 {7, 8, 9},
		 3,
		 4,
		 (1 / 1.5849625) / (1 + 1 / 1.5849625 + 0.5),
		 1.0 / 3,
		 1,
		 "a list that is shorter than the cut"},
	};
	bool hit[4];
	size_t c;

	for (c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		ranking_hits(cases[c].list, cases[c].count, cases[c].wanted, cases[c].wanted_count, hit);
		ck_assert_msg(fabs(ranking_ndcg(hit, cases[c].count, cases[c].wanted_count, cases[c].k) -
				   cases[c].ndcg) < 1e-6,
			      "%s", cases[c].why);
		ck_assert_msg(fabs(ranking_recall(hit, cases[c].count, cases[c].wanted_count, cases[c].k) -
				   cases[c].recall) < 1e-12,
			      "%s", cases[c].why);
		ck_assert_msg(ranking_any(hit, cases[c].count, cases[c].k) == cases[c].any, "%s",
			      cases[c].why);
	}
	ck_assert(isnan(ranking_ndcg(hit, 2, 0, 10)));
}
END_TEST

START_TEST(test_mean)
{
	struct mean m = {0};

	mean_add(&m, 1);
	ck_assert(isnan(mean_error(&m)));
	mean_add(&m, 2);
	mean_add(&m, 6);
	/* Mean 3, variance (4 + 1 + 9) / 2. */
	ck_assert_double_eq_tol(m.value, 3, 1e-12);
	ck_assert_double_eq_tol(mean_error(&m), sqrt(7.0 / 3), 1e-12);
}
END_TEST

UNIT_MAIN("ranking", test_top, test_measures, test_mean)
