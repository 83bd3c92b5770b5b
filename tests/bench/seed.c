/*
 * seed.c - ae-seed: members with two years of purchases, straight into the projection's tables
 *
 * For the benchmarks that need a million members: what the consumer would have made of their
 * events is made here, with the daemon's own cells, ledger replay, encoders and statements, but
 * without the log. Activity is lognormal, so a few members have thousands of purchases and many
 * have a handful. A member's purchases depend on its number alone.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/eventlog.h"
#include "gen/sql/analytics.h"
#include "services/analytics/analytics.h"

enum {
	DAYS = 730,
	MONTHS = 26,
	AT_ONCE = 100, /* members in one transaction */
	PURCHASES_MAX = 20000,
	REDEEM_EVERY = 30,
};

#define MEAN_PURCHASES 19.0 /* and one that everybody makes */
#define SPREAD         1.2

static const char *const categories[] = {
	"groceries", "fuel",   "dining", "coffee", "fashion", "shoes",  "beauty",
	"pharmacy",  "sports", "books",  "music",  "gadgets", "travel", "hotels",
	"garden",    "home",   "toys",   "pets",   "tickets", "other",
};
enum {
	CATEGORIES = sizeof(categories) / sizeof(categories[0])
};
static const char *const channels[] = {"store", "web", "app", "phone"};
static const struct {
	const char *zone, *currency, *region, *locale;
} places[] = {{"Europe/London", "GBP", "GB", "en-GB"},
	      {"Europe/London", "GBP", "GB", "en-GB"},
	      {"Europe/Berlin", "EUR", "DE", "de-DE"},
	      {"America/New_York", "USD", "US", "en-US"}};

/* One member on its way into the tables. */
struct life {
	struct member *member;
	const struct tz *zone;
	const char *currency;
	struct month *months[MONTHS];
	struct ledger ledger;
	day first; /* of the two years */
	int favourites[3], channel;
	int64_t balance;
	unsigned short chance[3];
};

struct lot_of_lives {
	struct member *members[AT_ONCE];
	struct ledger *ledgers[AT_ONCE];
	const char *ids[AT_ONCE];
	struct month *months[AT_ONCE * MONTHS];
	size_t count, month_count;
};

/* --- a member's life ----------------------------------------------------------------------- */

static int below(struct life *l, int limit)
{
	return (int)(nrand48(l->chance) % limit);
}

static double normal(struct life *l)
{
	double u = 1 - erand48(l->chance);

	return sqrt(-2 * log(u)) * cos(2 * M_PI * erand48(l->chance));
}

static int number_of_purchases(struct life *l)
{
	double n = MEAN_PURCHASES * exp(SPREAD * normal(l) - SPREAD * SPREAD / 2);

	return 1 + (int)(n < PURCHASES_MAX ? n + erand48(l->chance) : PURCHASES_MAX);
}

static struct month *month_at(struct life *l, day d)
{
	int year, month, mday, first_year, first_month, i;

	day_to_civil(d, &year, &month, &mday);
	day_to_civil(l->first, &first_year, &first_month, &mday);
	i = (year - first_year) * 12 + month - first_month;
	if (!l->months[i])
		l->months[i] = month_new(l->member, l->member->member_id, day_month_start(d));
	return l->months[i];
}

static void book_life(struct member *m, const char *currency, const char *category, const char *channel,
		      int64_t amount, instant when, day d)
{
	struct currency_sum *money = member_currency(m, currency);
	struct category_sum *sum = member_category(m, currency, category);

	money->spend_minor += amount;
	money->purchases++;
	sum->spend_minor += amount;
	sum->purchases++;
	if (sum->first == DAY_NONE)
		sum->first = d;
	sum->last = d;
	if (m->transactions++ == 0)
		m->first_transaction_at = m->enrolled_at = when;
	m->last_transaction_at = when;
	member_channel(m, channel)->purchases++;
}

static void book_month(struct life *l, day d, int category, int merchant, const char *channel, int64_t amount)
{
	struct month *m = month_at(l, d);
	struct spend_cell *spend = month_spend(m, l->currency, d - m->start + 1, categories[category]);
	const char *id = talloc_asprintf(m, "%s-%d", categories[category], merchant + 1);
	struct merchant_cell *shop = month_merchant(m, l->currency, id, id);
	struct channel_cell *way = month_channel(m, l->currency, channel);

	spend->spend_minor += amount;
	spend->purchases++;
	shop->spend_minor += amount;
	shop->purchases++;
	way->spend_minor += amount;
	way->purchases++;
}

/* A point per major unit, good for a year from the next month on; now and then 500 are spent. */
static void book_points(struct life *l, day d, int category, int64_t points, instant when, int serial)
{
	struct month *m = month_at(l, d);
	struct points_cell *cell = month_points(m, d - m->start + 1, categories[category]);
	instant expires = tz_day_start(l->zone, day_add_months(day_month_start(d), 13)) - SECOND;
	const char *ref = talloc_asprintf(l->member, "%s-t%d", l->member->member_id, serial);

	cell->earned += points;
	cell->qualifying += points;
	l->member->points_earned += points;
	l->balance += points;
	if (points > 0)
		ledger_book(l->member, &l->ledger,
			    &(struct movement){when, MOVEMENT_EARN, points, expires, ref, ""}, l->zone);
	if (l->balance >= 500 && below(l, REDEEM_EVERY) == 0) {
		cell->redeemed += 500;
		l->member->points_redeemed += 500;
		l->balance -= 500;
		ref = talloc_asprintf(l->member, "%s-r%d", l->member->member_id, serial);
		ledger_book(l->member, &l->ledger,
			    &(struct movement){when + SECOND, MOVEMENT_REDEEM, 500, INSTANT_NONE, ref, ""},
			    l->zone);
	}
}

static void purchase(struct life *l, day d, int second, int serial)
{
	int category = below(l, 10) < 6 ? l->favourites[below(l, 3)] : below(l, CATEGORIES);
	const char *channel = channels[below(l, 10) < 7 ? l->channel : below(l, 4)];
	int64_t amount = 1 + (int64_t)(2500 * exp(0.9 * normal(l)));
	instant when = tz_day_start(l->zone, d) + second * SECOND;

	book_life(l->member, l->currency, categories[category], channel, amount, when, d);
	book_month(l, d, category, below(l, 3), channel, amount);
	book_points(l, d, category, amount / 100, when, serial);
	l->member->last_event_at = when;
}

static int moment_order(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void live(struct life *l)
{
	int n = number_of_purchases(l), joined = below(l, 5) < 3 ? below(l, 30) : below(l, DAYS), i;
	int *moments = talloc_array(l, int, n); /* minutes since the first day */

	for (i = 0; i < n; i++)
		moments[i] = joined * 1440 + (int)(erand48(l->chance) * (DAYS - joined) * 1440);
	qsort(moments, (size_t)n, sizeof(*moments), moment_order);
	for (i = 0; i < n; i++)
		purchase(l, l->first + moments[i] / 1440, moments[i] % 1440 * 60, i + 1);
	talloc_free(moments);
}

static const char *tier_of(int64_t points)
{
	return points >= 10000 ? "platinum" : points >= 2000 ? "gold" : points >= 500 ? "silver" : "bronze";
}

static struct life *life_new(const void *parent, int64_t number, day first)
{
	struct life *l = talloc_zero(parent, struct life);
	const char *id = talloc_asprintf(l, "m%09lld", (long long)number);
	struct member *m;
	int place, i;

	l->chance[0] = 0x330e;
	l->chance[1] = (unsigned short)number;
	l->chance[2] = (unsigned short)(number >> 16);
	for (i = 0; i < 8; i++)
		nrand48(l->chance); /* neighbouring seeds begin alike */
	place = below(l, sizeof(places) / sizeof(places[0]));
	l->first = first;
	l->currency = places[place].currency;
	l->zone = tz_find(places[place].zone);
	l->channel = below(l, 4);
	for (i = 0; i < 3; i++)
		l->favourites[i] = below(l, CATEGORIES);
	l->member = m = member_new(l, id, eventlog_shard(id), number + 1);
	m->position = number + 1;
	m->time_zone = places[place].zone;
	m->locale = places[place].locale;
	m->region = places[place].region;
	live(l);
	m->profile_time = m->tier_since = m->enrolled_at;
	m->tier = tier_of(m->points_earned);
	ledger_replay(m, &l->ledger, l->zone, &m->points);
	return l;
}

/* --- into the tables ----------------------------------------------------------------------- */

static bool put(struct db *db, const void *scratch, struct lot_of_lives *lot)
{
	db_begin(db, NULL);
	store_put_members(db, scratch, lot->members, lot->count);
	store_put_months(db, scratch, lot->months, lot->month_count);
	store_put_ledgers(db, scratch, lot->ids, lot->ledgers, lot->count);
	db_send_text(db, "COMMIT");
	db_next(db, scratch);
	db_next(db, scratch);
	db_next(db, scratch);
	db_next(db, scratch);
	return !db_failed(db);
}

static int64_t add(struct lot_of_lives *lot, struct life *l)
{
	int i;

	lot->members[lot->count] = l->member;
	lot->ids[lot->count] = l->member->member_id;
	lot->ledgers[lot->count++] = &l->ledger;
	for (i = 0; i < MONTHS; i++)
		if (l->months[i])
			lot->months[lot->month_count++] = l->months[i];
	return l->member->transactions;
}

static int seed(struct db *db, int64_t from, int64_t count)
{
	day first = (day)(clock_now() / SECOND / DAY_SECONDS) - DAYS;
	struct lot_of_lives *lot = talloc_zero(db, struct lot_of_lives);
	int64_t number, transactions = 0, months = 0;
	void *scratch;

	for (number = from; number < from + count;) {
		scratch = talloc_pool(NULL, 8 << 20);
		lot->count = lot->month_count = 0;
		while (number < from + count && lot->count < AT_ONCE)
			transactions += add(lot, life_new(scratch, number++, first));
		months += (int64_t)lot->month_count;
		if (!put(db, scratch, lot)) {
			fprintf(stderr, "ae-seed: %s\n", db_message(db));
			return 1;
		}
		talloc_free(scratch);
	}
	printf("{\"members\": %lld, \"transactions\": %lld, \"months\": %lld}\n", (long long)count,
	       (long long)transactions, (long long)months);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct statement statements[] = {SQL_ANALYTICS_STATEMENTS};
	struct db *db;

	if (argc != 4) {
		fputs("usage: ae-seed CONNINFO FIRST COUNT\n", stderr);
		return 2;
	}
	db = db_new(NULL, argv[1], statements, sizeof(statements) / sizeof(statements[0]));
	if (!db_ensure(db)) {
		fprintf(stderr, "ae-seed: %s\n", db_message(db));
		return 1;
	}
	return seed(db, strtoll(argv[2], NULL, 10), strtoll(argv[3], NULL, 10));
}
