/*
 * test_engagement.c - the same end in any order of arrival, and machines that look at mails
 */
#include <math.h>
#include <string.h>

#include "services/notification/engagement.h"
#include "tests/unit/unit.h"

static struct engagement run(const struct engagement_event *events, const unsigned *order, unsigned count)
{
	struct engagement e = {0};
	unsigned i;

	for (i = 0; i < count; i++)
		engagement_add(&e, &events[order[i]]);
	return e;
}

static void check_same(const struct engagement *a, const struct engagement *b)
{
	ck_assert_uint_eq(a->seen, b->seen);
	ck_assert_mem_eq(a->first, b->first, sizeof(a->first));
	ck_assert(a->machine_opened == b->machine_opened && a->machine_first == b->machine_first);
	ck_assert_int_eq(engagement_status(a), engagement_status(b));
}

/* Heap's algorithm over the indices. */
static void permute(const struct engagement_event *events, unsigned *order, unsigned n, unsigned count,
		    const struct engagement *want)
{
	struct engagement got;
	unsigned i, swap, other;

	if (n == 1) {
		got = run(events, order, count);
		check_same(&got, want);
		return;
	}
	for (i = 0; i < n; i++) {
		permute(events, order, n - 1, count, want);
		other = n % 2 ? 0 : i;
		swap = order[other];
		order[other] = order[n - 1];
		order[n - 1] = swap;
	}
}

START_TEST(test_any_order)
{
	enum {
		MANY = 7
	};
	struct engagement_event events[MANY];
	struct engagement want;
	unsigned order[MANY], i, round;

	srand(20261124);
	for (round = 0; round < 40; round++) {
		for (i = 0; i < MANY; i++) {
			events[i] = (struct engagement_event){.kind = rand() % ENGAGEMENT_COUNT,
							      .occurred_at = rand() % 5,
							      .machine = rand() % 3 == 0};
			order[i] = i;
		}
		want = run(events, order, MANY);
		permute(events, order, MANY, MANY, &want);
		for (i = 0; i < MANY; i++) /* again: nothing new */
			ck_assert(!engagement_add(&want, &events[i]));
	}
}
END_TEST

START_TEST(test_status)
{
	static const struct {
		enum engagement_kind kinds[4];
		size_t count;
		enum engagement_kind want;
		bool reached;
	} cases[] = {
		{{0}, 0, ENGAGEMENT_QUEUED, false},
		{{ENGAGEMENT_QUEUED, ENGAGEMENT_SENT}, 2, ENGAGEMENT_SENT, false},
		{{ENGAGEMENT_DELIVERED, ENGAGEMENT_DEFERRED, ENGAGEMENT_SENT}, 3, ENGAGEMENT_DELIVERED, true},
		{{ENGAGEMENT_BOUNCED_HARD, ENGAGEMENT_DELIVERED}, 2, ENGAGEMENT_BOUNCED_HARD, false},
		{{ENGAGEMENT_BOUNCED_SOFT, ENGAGEMENT_DELIVERED}, 2, ENGAGEMENT_DELIVERED, true},
		{{ENGAGEMENT_CLICKED, ENGAGEMENT_BOUNCED_HARD}, 2, ENGAGEMENT_CLICKED, true},
		{{ENGAGEMENT_COMPLAINED, ENGAGEMENT_UNSUBSCRIBED, ENGAGEMENT_OPENED},
		 3,
		 ENGAGEMENT_COMPLAINED,
		 true},
		{{ENGAGEMENT_DEFERRED, ENGAGEMENT_EXPIRED}, 2, ENGAGEMENT_EXPIRED, false},
	};
	struct engagement e;
	size_t i, j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		e = (struct engagement){0};
		for (j = 0; j < cases[i].count; j++)
			engagement_add(&e, &(struct engagement_event){.kind = cases[i].kinds[j]});
		ck_assert_msg(engagement_status(&e) == cases[i].want, "case %zu", i);
		ck_assert_msg(engagement_reached(&e) == cases[i].reached, "case %zu", i);
	}
}
END_TEST

START_TEST(test_machine_is_no_person)
{
	struct engagement e = {0};
	struct engagement_event open = {.kind = ENGAGEMENT_OPENED, .occurred_at = 5, .machine = true};
	struct engagement_event click = {.kind = ENGAGEMENT_CLICKED, .occurred_at = 5, .machine = true};

	ck_assert(engagement_add(&e, &open));
	ck_assert(!engagement_add(&e, &click));
	ck_assert(e.machine_opened && e.machine_first == 5 && e.seen == 0);
	ck_assert(!engagement_reached(&e));
	open.machine = false;
	ck_assert(engagement_add(&e, &open));
	ck_assert_int_eq(engagement_status(&e), ENGAGEMENT_OPENED);
}
END_TEST

START_TEST(test_names)
{
	enum engagement_kind kind;
	int i;

	for (i = 0; i < ENGAGEMENT_COUNT; i++) {
		ck_assert(engagement_kind_of(engagement_name((enum engagement_kind)i), &kind));
		ck_assert_int_eq(kind, i);
	}
	ck_assert(!engagement_kind_of("Opened", &kind));
}
END_TEST

START_TEST(test_machine_open)
{
	static const char person[] =
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15";
	static const struct {
		const char *agent;
		double seconds;
		bool want;
	} cases[] = {
		{person, 60, false},
		{person, 2, false},
		{person, 1.9, true},
		{person, -5, true},
		{person, NAN, false},
		{"Mozilla/5.0", 60, true},
		{"Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
		 60, true},
		{"YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", 60, true},
		{"Barracuda Sentinel (EE)", 60, true},
		{"python-requests/2.28", 60, true},
		{"Microsoft Office/16.0 (Microsoft Outlook 16.0; Pro)", 60, false},
		{"", 60, true},
		{NULL, 60, true},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(machine_open(cases[i].agent, cases[i].seconds) == cases[i].want, "%s %f",
			      cases[i].agent ? cases[i].agent : "(none)", cases[i].seconds);
}
END_TEST

UNIT_MAIN("engagement", test_any_order, test_status, test_machine_is_no_person, test_names, test_machine_open)
