/*
 * test_decide.c - what every decision must hold to, over random facts, and the rules one by one
 */
#include <stdlib.h>
#include <string.h>

#include "services/notification/decide.h"
#include "tests/unit/unit.h"

#define NOW (1764000000 * (instant)SECOND) /* 2025-11-24T16:00:00Z, a Monday */

enum {
	ALL = (1 << CHANNEL_COUNT) - 1
};

/* Everything lets the message pass. */
static struct decision_input open_facts(const char *category)
{
	const struct category *c = category_find(category);

	return (struct decision_input){.now = NOW,
				       .category = c,
				       .priority = c->priority,
				       .template = ALL,
				       .expires = INSTANT_MAX,
				       .marketing_consent = true,
				       .wanted = ALL,
				       .addressed = ALL,
				       .zone = tz_find("Europe/London"),
				       .quiet = {0, 0, ""},
				       .digest_minute = 9 * 60,
				       .available = ALL};
}

static void expect(const struct decision_input *in, enum decide_outcome outcome, enum decide_reason reason,
		   int line)
{
	struct decision d;

	decide(in, &d);
	ck_assert_msg(d.outcome == outcome && d.reason == reason, "line %d: %s %s", line,
		      decide_outcome_name(d.outcome), decide_reason_code(d.reason));
}

#define EXPECT(in, outcome, reason) expect(&(in), outcome, reason, __LINE__)

START_TEST(each_step_has_its_say)
{
	struct decision_input in = open_facts("promotions");
	struct decision d;

	EXPECT(in, DECIDED_SEND, REASON_PASSED);
	decide(&in, &d);
	ck_assert_int_eq(d.step_count, DECIDE_STEP_COUNT);
	ck_assert(d.channel_count == 2 && d.channels[0] == CHANNEL_EMAIL && d.channels[1] == CHANNEL_PUSH);
	in.available = 0, in.retry_at[CHANNEL_EMAIL] = NOW + 5 * SECOND;
	EXPECT(in, DECIDED_HOLD, REASON_PROVIDERS_DOWN);
	in.frequency = FREQUENCY_WEEKLY;
	EXPECT(in, DECIDED_DIGEST, REASON_DIGEST_WEEKLY);
	in.total_cap.day = 3, in.sent_day = 3;
	EXPECT(in, DECIDED_HOLD, REASON_CAP_DAY);
	in.category_cap.week = 2, in.sent_category_week = 2;
	EXPECT(in, DECIDED_HOLD, REASON_CAP_CATEGORY_WEEK);
	in.quiet = (struct quiet_hours){15 * 60, 18 * 60, ""};
	EXPECT(in, DECIDED_HOLD, REASON_QUIET);
	in.send_at = NOW + 3600 * SECOND;
	EXPECT(in, DECIDED_HOLD, REASON_NOT_YET);
	in.expires = NOW + SECOND;
	EXPECT(in, DECIDED_DROP, REASON_EXPIRES_FIRST);
	in.expires = NOW;
	EXPECT(in, DECIDED_DROP, REASON_EXPIRED);
	in.held_out = true;
	EXPECT(in, DECIDED_DROP, REASON_HELD_OUT);
	in.tried = ALL;
	EXPECT(in, DECIDED_DROP, REASON_ALL_FAILED);
	in.addressed = 0;
	EXPECT(in, DECIDED_DROP, REASON_NO_ADDRESS);
	in.wanted = 0;
	EXPECT(in, DECIDED_DROP, REASON_NOT_WANTED);
	in.opted_out = true;
	EXPECT(in, DECIDED_DROP, REASON_OPTED_OUT);
	in.marketing_consent = false;
	EXPECT(in, DECIDED_DROP, REASON_NO_CONSENT);
	in.erased = true;
	EXPECT(in, DECIDED_DROP, REASON_ERASED);
	in.suppressed[CHANNEL_EMAIL] = in.suppressed[CHANNEL_PUSH] = SUPPRESSION_UNSUBSCRIBED;
	EXPECT(in, DECIDED_DROP, REASON_SUPPRESSED);
	in.once = ONCE_DUPLICATE;
	EXPECT(in, DECIDED_DROP, REASON_DUPLICATE);
	in.once = ONCE_ANSWERED;
	EXPECT(in, DECIDED_DROP, REASON_ANSWERED);
	in.template = CHANNEL_BIT(CHANNEL_SLACK);
	EXPECT(in, DECIDED_DROP, REASON_NO_TEMPLATE);
}
END_TEST

START_TEST(critical_and_transactional)
{
	struct decision_input in = open_facts("account");
	struct decision d;

	in.opted_out = true, in.wanted = 0, in.quiet = (struct quiet_hours){0, 23 * 60 + 59, ""};
	in.total_cap.day = 1, in.sent_day = 9, in.frequency = FREQUENCY_DAILY, in.marketing_consent = false;
	in.suppressed[CHANNEL_EMAIL] = SUPPRESSION_UNSUBSCRIBED;
	in.priority = PRIORITY_CRITICAL;
	EXPECT(in, DECIDED_SEND, REASON_PASSED);
	in.suppressed[CHANNEL_EMAIL] = in.suppressed[CHANNEL_PUSH] = SUPPRESSION_DEAD;
	EXPECT(in, DECIDED_DROP, REASON_SUPPRESSED);
	in = open_facts("redemptions");
	in.opted_out = true, in.wanted = 0, in.total_cap.day = 1, in.sent_day = 9;
	EXPECT(in, DECIDED_SEND, REASON_PASSED);
	in.wanted = CHANNEL_BIT(CHANNEL_PUSH), in.addressed = CHANNEL_BIT(CHANNEL_EMAIL);
	decide(&in, &d);
	ck_assert(d.outcome == DECIDED_SEND && d.channel_count == 1 && d.channels[0] == CHANNEL_EMAIL);
	in.addressed = ALL, in.tried = CHANNEL_BIT(CHANNEL_PUSH);
	decide(&in, &d);
	ck_assert(d.outcome == DECIDED_SEND && d.channel_count == 1 && d.channels[0] == CHANNEL_EMAIL);
	in.quiet = (struct quiet_hours){15 * 60, 18 * 60, ""};
	EXPECT(in, DECIDED_HOLD, REASON_QUIET);
	in.erased = true, in.priority = PRIORITY_CRITICAL;
	EXPECT(in, DECIDED_DROP, REASON_ERASED);
}
END_TEST

static const struct decision_step *step_of(const struct decision *d, enum decide_step step)
{
	ck_assert(d->step_count > (size_t)step && d->steps[step].step == step);
	return &d->steps[step];
}

/* Steps that ask by channel tell of each, and remarks do not stop a message. */
START_TEST(the_trace_is_whole)
{
	struct decision_input in = open_facts("tier");
	struct decision d;

	in.template = CHANNEL_BIT(CHANNEL_EMAIL) | CHANNEL_BIT(CHANNEL_PUSH);
	in.suppressed[CHANNEL_PUSH] = SUPPRESSION_DEAD;
	in.collapse = COLLAPSE_OLDER;
	decide(&in, &d);
	ck_assert(d.outcome == DECIDED_SEND && d.lane == PRIORITY_ENGAGEMENT &&
		  d.step_count == DECIDE_STEP_COUNT);
	ck_assert(step_of(&d, DECIDE_TEMPLATE)->channels[CHANNEL_SLACK] == REASON_NO_TEMPLATE);
	ck_assert(step_of(&d, DECIDE_SUPPRESSION)->channels[CHANNEL_PUSH] == REASON_SUPPRESSED);
	ck_assert(step_of(&d, DECIDE_SUPPRESSION)->channels[CHANNEL_SLACK] == REASON_NOT_ASKED);
	ck_assert(step_of(&d, DECIDE_ADDRESS)->channels[CHANNEL_EMAIL] == REASON_PASSED);
	ck_assert(step_of(&d, DECIDE_ADDRESS)->channels[CHANNEL_PUSH] == REASON_NOT_ASKED);
	ck_assert(step_of(&d, DECIDE_IDEMPOTENCY)->reason == REASON_NOT_ASKED);
	ck_assert(step_of(&d, DECIDE_COLLAPSE)->reason == REASON_COLLAPSES_OLDER);
	ck_assert(step_of(&d, DECIDE_LANE)->reason == REASON_LANE_ENGAGEMENT);
	ck_assert_str_eq(decide_step_outcome(&d, DECIDE_COLLAPSE), "passed");
	ck_assert_str_eq(decide_step_outcome(&d, DECIDE_IDEMPOTENCY), "skipped");
	in.opted_out = true;
	decide(&in, &d);
	ck_assert_str_eq(decide_step_outcome(&d, DECIDE_OPT_OUT), "drop");
}
END_TEST

/* A wish for an order opens no channel that is closed. */
START_TEST(what_is_preferred_comes_first)
{
	static const struct {
		const char *category, *why;
		enum channel preferred[CHANNEL_COUNT];
		size_t count;
		unsigned wanted, addressed;
		const char *want;
	} cases[] = {
		{"tier", "the category's order", {0}, 0, ALL, ALL, "email push slack "},
		{"tier", "one of them first", {CHANNEL_PUSH}, 1, ALL, ALL, "push email slack "},
		{"tier", "in its order", {CHANNEL_SLACK, CHANNEL_PUSH}, 2, ALL, ALL, "slack push email "},
		{"tier", "named twice", {CHANNEL_PUSH, CHANNEL_PUSH}, 2, ALL, ALL, "push email slack "},
		{"tier",
		 "not wanted",
		 {CHANNEL_PUSH},
		 1,
		 ALL & ~CHANNEL_BIT(CHANNEL_PUSH),
		 ALL,
		 "email slack "},
		{"tier", "no address", {CHANNEL_PUSH}, 1, ALL, CHANNEL_BIT(CHANNEL_EMAIL), "email "},
		{"expiry_warnings",
		 "before the category's",
		 {CHANNEL_EMAIL},
		 1,
		 ALL,
		 ALL,
		 "email push slack "},
		{"insights", "not the category's", {CHANNEL_PUSH}, 1, ALL, ALL, "email "},
	};
	struct decision_input in;
	struct decision d;
	char got[64];
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = open_facts(cases[i].category);
		in.preferred = cases[i].preferred;
		in.preferred_count = cases[i].count;
		in.wanted = cases[i].wanted;
		in.addressed = cases[i].addressed;
		decide(&in, &d);
		for (k = 0, got[0] = '\0'; k < d.channel_count; k++) {
			strcat(got, channel_name(d.channels[k]));
			strcat(got, " ");
		}
		ck_assert_msg(strcmp(got, cases[i].want) == 0, "%s: %s", cases[i].why, got);
	}
}
END_TEST

/* As critical, on its own lane. */
START_TEST(a_test_goes_over_wishes_only)
{
	struct decision_input in = open_facts("account");
	struct decision d;

	in.test = true, in.wanted = 0, in.opted_out = true;
	in.quiet = (struct quiet_hours){0, 23 * 60 + 59, ""};
	decide(&in, &d);
	ck_assert(d.outcome == DECIDED_SEND && d.lane == PRIORITY_TRANSACTIONAL);
	in.suppressed[CHANNEL_EMAIL] = in.suppressed[CHANNEL_PUSH] = SUPPRESSION_MANUAL;
	EXPECT(in, DECIDED_DROP, REASON_SUPPRESSED);
	in = open_facts("promotions");
	in.test = true, in.marketing_consent = false;
	EXPECT(in, DECIDED_DROP, REASON_NO_CONSENT);
}
END_TEST

/* A priority does not make an offer anything else. */
START_TEST(marketing_is_never_urgent)
{
	struct decision_input in = open_facts("promotions");
	int p;

	for (p = PRIORITY_CRITICAL; p <= PRIORITY_TRANSACTIONAL; p++) {
		in = open_facts("promotions");
		in.priority = (enum priority)p;
		EXPECT(in, DECIDED_SEND, REASON_PASSED);
		in.frequency = FREQUENCY_DAILY;
		EXPECT(in, DECIDED_DIGEST, REASON_DIGEST_DAILY);
		in.total_cap.day = 1, in.sent_day = 1;
		EXPECT(in, DECIDED_HOLD, REASON_CAP_DAY);
		in.quiet = (struct quiet_hours){15 * 60, 18 * 60, ""};
		EXPECT(in, DECIDED_HOLD, REASON_QUIET);
		in.held_out = true;
		EXPECT(in, DECIDED_DROP, REASON_HELD_OUT);
		in.opted_out = true;
		EXPECT(in, DECIDED_DROP, REASON_OPTED_OUT);
		in.marketing_consent = false;
		EXPECT(in, DECIDED_DROP, REASON_NO_CONSENT);
	}
}
END_TEST

static bool chance(int percent)
{
	return lrand48() % 100 < percent;
}

static unsigned some_channels(int percent)
{
	unsigned bits = 0;
	int c;

	for (c = 0; c < CHANNEL_COUNT; c++)
		bits |= chance(percent) ? CHANNEL_BIT(c) : 0;
	return bits;
}

static struct decision_input random_facts(void)
{
	static const char *const zones[] = {"Europe/London", "Asia/Kathmandu", "America/New_York",
					    "Pacific/Kiritimati"};
	static const enum channel orders[2][CHANNEL_COUNT] = {{CHANNEL_SLACK, CHANNEL_PUSH, CHANNEL_EMAIL},
							      {CHANNEL_PUSH, CHANNEL_PUSH, CHANNEL_EMAIL}};
	struct decision_input in = open_facts(categories[(size_t)lrand48() % category_count].name);
	int c;

	in.now = NOW + (instant)(lrand48() % (400 * 86400)) * SECOND;
	in.priority = (enum priority)(lrand48() % PRIORITY_COUNT);
	in.asked = chance(50) ? 0 : some_channels(60);
	in.preferred = orders[lrand48() % 2];
	in.preferred_count = (size_t)(lrand48() % (CHANNEL_COUNT + 1));
	in.template = some_channels(90);
	in.tried = some_channels(15);
	in.once = chance(90) ? (enum once)(lrand48() % 2) : (enum once)(lrand48() % 4);
	in.collapse = (enum collapse)(lrand48() % 3);
	in.send_at = chance(80) ? 0 : in.now + (instant)(lrand48() % 7200 - 3600) * SECOND;
	in.expires = chance(60) ? INSTANT_MAX : in.now + (instant)(lrand48() % 200000 - 3600) * SECOND;
	in.erased = chance(5), in.opted_out = chance(10), in.held_out = chance(10),
	in.marketing_consent = chance(80);
	in.wanted = some_channels(85), in.addressed = some_channels(85);
	for (c = 0; c < CHANNEL_COUNT; c++)
		in.suppressed[c] = chance(80) ? SUPPRESSION_NONE
					      : (enum suppression)(lrand48() % (SUPPRESSION_DEAD + 1));
	in.zone = tz_find(zones[lrand48() % 4]);
	if (chance(50))
		in.quiet = (struct quiet_hours){(int)(lrand48() % 1440), (int)(lrand48() % 1440), ""};
	in.frequency = (enum frequency)(chance(70) ? 0 : lrand48() % 3);
	in.sent_category_day = (int)(lrand48() % 3), in.sent_day = (int)(lrand48() % 5);
	in.sent_category_week = (int)(lrand48() % 6), in.sent_week = (int)(lrand48() % 9);
	in.category_cap = (struct cap){chance(30) ? 2 : 0, chance(30) ? 5 : 0};
	in.total_cap = (struct cap){chance(30) ? 4 : 0, chance(30) ? 8 : 0};
	in.available = some_channels(90), in.retry_at[lrand48() % CHANNEL_COUNT] = in.now + 5 * SECOND;
	return in;
}

/* What is sent may be sent: every rule again, in other words. */
static void check_sent(const struct decision_input *in, const struct decision *d)
{
	bool marketing = in->category->class == CLASS_MARKETING;
	bool critical = in->priority == PRIORITY_CRITICAL && !marketing;
	bool owed = critical || in->category->class == CLASS_TRANSACTIONAL;
	unsigned bit;
	size_t i;

	ck_assert(d->channel_count > 0 && d->reason == REASON_PASSED && d->step_count == DECIDE_STEP_COUNT);
	ck_assert(in->once == ONCE_NOT_ASKED || in->once == ONCE_NEW);
	ck_assert(d->lane ==
		  (marketing && in->priority < PRIORITY_ENGAGEMENT ? PRIORITY_ENGAGEMENT : in->priority));
	ck_assert(!in->erased && in->expires > in->now && in->send_at <= in->now);
	ck_assert(owed || !in->opted_out);
	ck_assert(!marketing || in->marketing_consent);
	ck_assert(critical || quiet_until(&in->quiet, in->zone, in->now) == in->now);
	for (i = 0; i < d->channel_count; i++) {
		bit = CHANNEL_BIT(d->channels[i]);
		ck_assert(bit & in->addressed & in->template & in->available & ~in->tried);
		ck_assert(in->asked == 0 || (in->asked & bit));
		ck_assert_int_le(in->suppressed[d->channels[i]],
				 owed ? SUPPRESSION_UNSUBSCRIBED : SUPPRESSION_NONE);
		ck_assert(owed || (in->wanted & bit));
	}
}

/* What is owed goes out as soon as any address can take it. */
static bool must_go(const struct decision_input *in)
{
	bool critical = in->priority == PRIORITY_CRITICAL;
	unsigned c, usable = (in->asked ? in->asked : in->category->channels) & in->template & in->addressed &
			     ~in->tried;

	if (in->category->class == CLASS_MARKETING ||
	    (!critical && in->category->class != CLASS_TRANSACTIONAL))
		return false;
	for (c = 0; c < CHANNEL_COUNT; c++)
		if (in->suppressed[c] > SUPPRESSION_UNSUBSCRIBED)
			usable &= ~CHANNEL_BIT(c);
	return usable && !(usable & ~in->available) && in->once <= ONCE_NEW && !in->erased &&
	       in->expires > in->now && in->send_at <= in->now &&
	       (critical || quiet_until(&in->quiet, in->zone, in->now) == in->now);
}

START_TEST(random_facts_keep_the_rules)
{
	struct decision_input in, later;
	struct decision d, again;
	int i, sent = 0, held = 0;

	srand48(3);
	for (i = 0; i < 200000; i++) {
		in = random_facts();
		decide(&in, &d);
		decide(&in, &again);
		ck_assert_int_eq(memcmp(&d, &again, sizeof(d)), 0);
		ck_assert(d.step_count > 0 &&
			  d.steps[d.step_count - 1].step == (enum decide_step)(d.step_count - 1));
		ck_assert(d.reason < REASON_COUNT &&
			  (d.outcome == DECIDED_SEND) == (d.reason == REASON_PASSED));
		ck_assert(!must_go(&in) || d.outcome == DECIDED_SEND);
		if (d.outcome == DECIDED_SEND) {
			check_sent(&in, &d);
			sent++;
		}
		if (d.outcome != DECIDED_HOLD && d.outcome != DECIDED_DIGEST)
			continue;
		held++;
		ck_assert(d.until > in.now && d.until < in.expires);
		ck_assert(in.priority != PRIORITY_CRITICAL || in.category->class == CLASS_MARKETING ||
			  d.reason == REASON_NOT_YET || d.reason == REASON_PROVIDERS_DOWN);
		later = in;
		later.now = d.until;
		decide(&later, &again);
		ck_assert(d.reason != REASON_QUIET || again.reason != REASON_QUIET);
		ck_assert(d.reason != REASON_NOT_YET || again.reason != REASON_NOT_YET);
	}
	ck_assert_int_gt(sent, 20000);
	ck_assert_int_gt(held, 20000);
}
END_TEST

START_TEST(reasons_have_words)
{
	int i, k;

	for (i = 1; i < REASON_COUNT; i++) {
		ck_assert(decide_reason_code((enum decide_reason)i)[0] &&
			  decide_reason_sentence((enum decide_reason)i)[0]);
		for (k = 1; k < i; k++)
			ck_assert_str_ne(decide_reason_code((enum decide_reason)i),
					 decide_reason_code((enum decide_reason)k));
	}
	for (i = 0; i < DECIDE_STEP_COUNT; i++)
		ck_assert(decide_step_name((enum decide_step)i)[0]);
}
END_TEST

/* What the steps say of channels and what is decided are the same. */
START_TEST(channels_are_told_as_they_are_decided)
{
	struct decision_input in;
	struct decision d;
	size_t k;
	int i, c;

	srand48(11);
	for (i = 0; i < 50000; i++) {
		unsigned left = ALL, out = 0;

		in = random_facts();
		decide(&in, &d);
		for (k = 0; k < d.step_count; k++)
			for (c = 0; c < CHANNEL_COUNT; c++) {
				if (d.steps[k].channels[c] == REASON_NOT_ASKED)
					continue;
				ck_assert(left & CHANNEL_BIT(c));
				if (d.steps[k].channels[c] != REASON_PASSED)
					left &= ~CHANNEL_BIT(c);
			}
		for (k = 0; k < d.channel_count; k++)
			out |= CHANNEL_BIT(d.channels[k]);
		ck_assert(d.outcome != DECIDED_SEND ||
			  out == (left & (in.asked ? in.asked : in.category->channels)));
	}
}
END_TEST

UNIT_MAIN("decide", each_step_has_its_say, critical_and_transactional, marketing_is_never_urgent,
	  the_trace_is_whole, what_is_preferred_comes_first, a_test_goes_over_wishes_only,
	  random_facts_keep_the_rules, channels_are_told_as_they_are_decided, reasons_have_words)
