/*
 * test_alert_words.c - what the release's rules say, in English and German: plurals, numbers, days, money
 */
#include <string.h>
#include <talloc.h>

#include "gen/engagement_rules.h"
#include "services/engagement/look.h"
#include "tests/unit/unit.h"

struct saying {
	const char *rule_id, *locale, *facts, *last_day;
	const char *sentence, *action;
};

static const struct saying sayings[] = {
	{"anniversary_offer", "en-GB", "{\"anniversary_years\":1}", "2026-11-26",
	 "1 year with us. A thank-you is waiting for you until 9 December 2026.",
	 "Pick it up by 9 December 2026."},
	{"anniversary_offer", "de", "{\"anniversary_years\":1}", "2026-11-26",
	 "1 Jahr bei uns. Ein Dankeschön wartet auf Sie, bis zum 9. Dezember 2026.", NULL},
	{"anniversary_offer", "de", "{\"anniversary_years\":12}", "2026-11-26",
	 "12 Jahre bei uns. Ein Dankeschön wartet auf Sie, bis zum 9. Dezember 2026.", NULL},
	{"churn_risk", "en", "{\"days_since_purchase\":15,\"purchase_interval_median_days\":1}", NULL,
	 "You usually come every day, and now it has been 15 days.", NULL},
	{"churn_risk", "de", "{\"days_since_purchase\":29,\"purchase_interval_median_days\":9.5}", NULL,
	 "Sonst kommen Sie etwa alle 9,5 Tage, nun sind es schon 29 Tage.", NULL},
	{"churn_risk", "de", "{\"days_since_purchase\":15,\"purchase_interval_median_days\":1}", NULL,
	 "Sonst kommen Sie jeden Tag, nun sind es schon 15 Tage.", NULL},
	{"dormancy", "en", "{\"days_since_purchase\":120,\"points_balance\":1}", NULL,
	 "It has been 120 days since your last purchase.", "Come by again: 1 point is waiting."},
	{"dormancy", "de", "{\"days_since_purchase\":120,\"points_balance\":1200}", NULL,
	 "Ihr letzter Einkauf liegt 120 Tage zurück.", "Schauen Sie wieder vorbei: 1.200 Punkte warten."},
	{"points_expiring", "en", "{\"expiring_points\":1,\"expiring_lots\":1}", "2026-12-01",
	 "1 of your points expires after 1 December 2026.", NULL},
	{"points_expiring", "de", "{\"expiring_points\":1,\"expiring_lots\":1}", "2026-12-01",
	 "1 Ihrer Punkte verfällt nach dem 1. Dezember 2026.", NULL},
	{"points_expiring", "de", "{\"expiring_points\":60,\"expiring_lots\":1}", "2026-12-01",
	 "60 Ihrer Punkte verfallen nach dem 1. Dezember 2026.", NULL},
	/* no French text: the English one, and English numbers and days in it */
	{"points_expiring", "fr-FR", "{\"expiring_points\":1200,\"expiring_lots\":1}", "2026-12-01",
	 "1,200 of your points expire after 1 December 2026.", "Redeem them by 1 December 2026."},
	{"redemption_recommended", "en", "{\"reward_name\":\"a mug\",\"reward_points\":1000}", NULL,
	 "Your points pay for a mug (1,000 points).", "Redeem 1,000 points for a mug."},
	{"streak_about_to_break", "de", "{\"streak_weeks\":5}", "2026-11-29",
	 "5 Wochen in Folge: Ein Einkauf bis zum 29. November 2026, und die Reihe geht weiter.", NULL},
	{"tier_at_risk", "en",
	 "{\"tier\":\"gold\",\"tier_keep_points_needed\":1,\"tier_points\":2000,\"points_earn_rate\":0,"
	 "\"days_left\":30}",
	 "2026-12-26", "1 point by 26 December 2026 keeps you gold.", "Earn 1 point by 26 December 2026."},
	{"tier_at_risk", "en",
	 "{\"tier\":\"gold\",\"tier_keep_points_needed\":284,\"tier_points\":500,\"points_earn_rate\":400,"
	 "\"days_left\":30,"
	 "\"spend_minor\":50000,\"points_earned\":1000,\"currency\":\"GBP\"}",
	 "2026-12-26", "284 points by 26 December 2026 keep you gold.",
	 "Earn 284 points by 26 December 2026, about GBP 143.00 of purchases; at your pace you will."},
	{"tier_at_risk", "de",
	 "{\"tier\":\"gold\",\"tier_keep_points_needed\":284,\"tier_points\":500,\"points_earn_rate\":40,"
	 "\"days_left\":30}",
	 "2026-12-26", "Mit 284 Punkten bis zum 26. Dezember 2026 behalten Sie den Status gold.",
	 "Sammeln Sie bis zum 26. Dezember 2026 284 Punkte; zuletzt waren es 40 im Monat."},
	{"tier_within_reach", "en",
	 "{\"next_tier\":\"gold\",\"next_tier_points_needed\":1,\"points_earn_rate\":100,\"tier_deadline_"
	 "days\":40}",
	 NULL, "Only 1 point to gold.",
	 "Earn 1 point by 5 January 2027; at your pace that takes about a week."},
	{"tier_within_reach", "de",
	 "{\"next_tier\":\"gold\",\"next_tier_points_needed\":150,\"points_earn_rate\":100,\"spend_minor\":"
	 "15000,"
	 "\"points_earned\":300,\"currency\":\"EUR\"}",
	 NULL, "Nur noch 150 Punkte bis zum Status gold.",
	 "Sammeln Sie 150 Punkte, das sind etwa 76,00 EUR Einkauf; wenn Sie so weitermachen, dauert es etwa "
	 "7 Wochen."},
	/* the tier's last day is nearer than the way takes: no deadline that cannot be met */
	{"tier_within_reach", "en",
	 "{\"next_tier\":\"gold\",\"next_tier_points_needed\":150,\"points_earn_rate\":100,\"tier_deadline_"
	 "days\":10}",
	 NULL, "Only 150 points to gold.", "Earn 150 points; at your pace that takes about 7 weeks."},
	{"unused_benefit", "de", "{\"points_balance\":1500}", NULL,
	 "Sie haben 1.500 Punkte und noch nie welche eingelöst.", NULL},
	{"promotion_match", "de", "{\"offer_category_name\":\"Garten\",\"offer_multiplier\":1.5}", NULL,
	 "Angebot in Garten: 1,5-fache Punkte.", "Kaufen Sie in Garten ein."},
};

static const struct rule *read_rule(void *memory, const char *rule_id)
{
	struct fault faults[RULE_FAULTS_MAX];
	const struct json *document = NULL;
	const char *error;
	struct rule *rule;
	size_t i, count;

	for (i = 0; i < sizeof(base_rules) / sizeof(base_rules[0]); i++)
		if (strcmp(base_rules[i].rule_id, rule_id) == 0)
			document = json_parse(memory, base_rules[i].document, strlen(base_rules[i].document),
					      &error);
	ck_assert_ptr_nonnull(document);
	rule = rule_read(memory, rule_id, 1, document, faults, &count);
	ck_assert_msg(rule != NULL, "%s: %s", rule_id, count ? faults[0].pointer : "");
	return rule;
}

static void check_saying(const struct saying *s)
{
	void *memory = talloc_new(NULL);
	struct member_view m = {.zone = tz_utc()};
	struct look l = {.m = &m, .locale = s->locale};
	struct candidate c = {.rule = read_rule(memory, s->rule_id)};
	struct subject subject = {.last_day = DAY_NONE, .ends = INSTANT_NONE};
	struct look *look = talloc_memdup(memory, &l, sizeof(l));
	const char *error;

	ck_assert(instant_parse("2026-11-26T10:00:00Z", &m.now));
	m.today = tz_day(m.zone, m.now);
	ck_assert(s->last_day == NULL || day_parse(s->last_day, &subject.last_day));
	subject.facts = json_parse(memory, s->facts, strlen(s->facts), &error);
	ck_assert_ptr_nonnull(subject.facts);
	candidate_fill(look, &c, &subject);
	ck_assert_str_eq(c.sentence, s->sentence);
	if (s->action)
		ck_assert_str_eq(c.action, s->action);
	talloc_free(memory);
}

START_TEST(test_what_rules_say)
{
	size_t i;

	for (i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++)
		check_saying(&sayings[i]);
}
END_TEST

UNIT_MAIN("alert words", test_what_rules_say)
