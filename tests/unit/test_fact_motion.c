/*
 * test_fact_motion.c - what the vocabulary says becomes of facts by time alone, against what analytics
 * computes of the same member on later days
 */
#include <math.h>

#include "common/fact_motion.h"
#include "services/analytics/facts.h"
#include "tests/unit/member_kit.h"
#include "tests/unit/unit.h"

enum {
	MEMBERS = 400,
	DAYS = 60
};

static uint64_t state;

static int upto(int n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (int)((state >> 33) % (uint64_t)n);
}

static const char *days_ago(const struct kit *k, int days, char text[DAY_TEXT])
{
	return day_format(tz_day(k->catalogue->zone, k->now) - days, text);
}

/* Purchases, some given back, points earned, taken, adjusted away and running out, a tier for some. */
static struct kit *someone(uint64_t seed)
{
	static const char *const tiers[] = {NULL, "bronze", "silver", "gold"};
	struct kit *k = kit_new();
	int purchases, i, rhythm;
	char text[DAY_TEXT];

	state = seed * 2654435761u + 17;
	purchases = upto(4) == 0 ? 0 : upto(40);
	rhythm = 2 + upto(60);
	for (i = 0; i < purchases; i++)
		kit_buy(k, days_ago(k, upto(3) ? i * rhythm % 700 : upto(700), text), i % 3 ? "tea" : "toys",
			upto(6) ? 100 + upto(9000) : -100 - upto(900), upto(9) ? "GBP" : "EUR");
	for (i = 0; i < purchases / 2; i++)
		kit_points(k, days_ago(k, upto(500), text), "tea", upto(400) - 60,
			   upto(3) ? 0 : upto(90) - 20);
	for (i = upto(4); i > 0; i--)
		kit_lot(k, days_ago(k, -upto(90), text), 1 + upto(500));
	k->m->tier = tiers[upto(4)];
	if (k->m->tier && upto(2))
		k->m->tier_valid_until = k->now + (int64_t)upto(70 * 86400) * SECOND;
	if (upto(3))
		k->m->enrolled_at = k->now - (int64_t)upto(900 * 86400) * SECOND;
	if (upto(3))
		k->m->birth_date = kit_day("1980-02-29") + upto(800);
	return k;
}

static const struct json *document(struct kit *k)
{
	struct view *v = kit_view(k);
	struct json_writer *w = json_writer_new(v);
	const char *error, *text;
	size_t length;

	facts_encode(w, v, facts_compute(v, v));
	text = json_text(w, &length);
	return json_parse(k, text, length, &error);
}

static int lot_order(const void *a, const void *b)
{
	const struct lot *x = a, *y = b;

	return (x->expires > y->expires) - (x->expires < y->expires);
}

START_TEST(facts_move_as_the_vocabulary_says)
{
	const struct json *now, *later;
	struct fact_bound bound;
	struct kit *k;
	size_t member, f, seen[MOVES_RETURNS + 1] = {0};
	int days;

	for (member = 0; member < MEMBERS; member++) {
		k = someone(member);
		if (k->m->points.lot_count > 1)
			qsort(k->m->points.lots, k->m->points.lot_count, sizeof(struct lot), lot_order);
		now = document(k);
		for (days = 0; days <= DAYS; days += 1 + upto(6)) {
			instant_parse("2026-11-24T12:00:00Z", &k->now);
			k->now += days * DAY_SECONDS * SECOND;
			later = document(k);
			for (f = 0; f < fact_count; f++) {
				if (fact_table[f].column >= 0)
					continue;
				bound = fact_later(&fact_table[f], json_get(now, fact_table[f].name), days);
				ck_assert_msg(fact_bound_admits(&bound, json_get(later, fact_table[f].name)),
					      "%s of member %zu after %d days is %g, was %g",
					      fact_table[f].name, member, days,
					      json_get_real(later, fact_table[f].name, NAN),
					      json_get_real(now, fact_table[f].name, NAN));
				seen[fact_table[f].moves] += !fact_bound_any(&bound);
			}
		}
		talloc_free(k);
	}
	for (f = MOVES_NOT; f <= MOVES_RETURNS; f++)
		ck_assert_uint_gt(seen[f], MEMBERS);
}
END_TEST

UNIT_MAIN("fact_motion", facts_move_as_the_vocabulary_says)
