/*
 * test_retail.c - the rules of the sample programme and of reading the shop's data
 */
#include "services/ctl/event_text.h"
#include "common/names.h"
#include "services/ctl/programme.h"
#include "services/ctl/retail_categories.h"
#include "services/ctl/retail_places.h"
#include "services/ctl/retail_rules.h"
#include "common/json.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <talloc.h>

#define EACH(c, table) \
	for (size_t i_ = 0; i_ < sizeof(table) / sizeof(table[0]) && ((c) = &table[i_], true); i_++)

START_TEST(categories_come_from_words)
{
	static const struct {
		const char *in, *want, *why;
	} table[] =
		{
			{"WHITE HANGING HEART T-LIGHT HOLDER", "candles", "a light goes before a heart"},
			{"DOORMAT FAIRY CAKE", "hall", "a doormat is no cake"},
			{"REGENCY CAKESTAND 3 TIER", "baking", "one word"},
			{"JUMBO BAG VINTAGE DOILY", "bags", "a bag is no doily"},
			{"LUNCH BAG RED RETROSPOT", "lunch", "phrase before word"},
			{"VINTAGE CHRISTMAS BUNTING", "christmas", "the season goes first"},
			{"HOT WATER BOTTLE KEEP CALM", "warmth", "three words in a row"},
			{"SET OF 3 CAKE TINS PANTRY DESIGN", "baking", "a plural, and the earlier rule"},
			{"BAKELIKE PHONE", "other", "BAKE is a word, not the beginning of one"},
			{"set/6 red spotty paper plates", "table", "case does not matter"},
			{"PARTY", "party", "the whole text"},
			{"", "other", "nothing"},
			{" ,.- ", "other", "no word"},
			{"WATER HOT BOTTLE", "table", "a phrase is in order"},
		},
	  *c;

	EACH(c, table)
	ck_assert_msg(!strcmp(retail_categories[retail_category_of(c->in)].code, c->want),
		      "%s: %s: got %s, want %s", c->why, c->in,
		      retail_categories[retail_category_of(c->in)].code, c->want);
}
END_TEST

START_TEST(tables_are_consistent)
{
	int i, j;

	for (i = 0; i < RETAIL_CATEGORIES; i++) {
		ck_assert_int_eq(retail_category_find(retail_categories[i].code), i);
		ck_assert(i == 0 || i == RETAIL_OTHER ||
			  strcmp(retail_categories[i - 1].code, retail_categories[i].code) < 0);
	}
	for (i = 0; i < RETAIL_PROMOTIONS; i++) {
		ck_assert_int_ge(retail_category_find(retail_promotions[i].category), 0);
		ck_assert_int_lt(retail_promotion_first(&retail_promotions[i]),
				 retail_promotion_last(&retail_promotions[i]));
		for (j = 0; j < i; j++) /* the next is not announced before the end of the last is told */
			ck_assert(strcmp(retail_promotions[j].category, retail_promotions[i].category) != 0 ||
				  retail_promotion_last(&retail_promotions[j]) + PROMOTION_NOTICE_DAYS <
					  retail_promotion_first(&retail_promotions[i]));
	}
}
END_TEST

START_TEST(promotions_have_both_ends_inside)
{
	int garden = retail_category_find("garden");

	ck_assert_ptr_null(retail_promotion_on(garden, day_from_civil(2011, 4, 3)));
	ck_assert_int_eq(retail_promotion_on(garden, day_from_civil(2011, 4, 4))->multiplier_tenths, 30);
	ck_assert_ptr_nonnull(retail_promotion_on(garden, day_from_civil(2011, 5, 29)));
	ck_assert_ptr_null(retail_promotion_on(garden, day_from_civil(2011, 5, 30)));
}
END_TEST

START_TEST(points_are_whole)
{
	static const struct {
		int64_t amount;
		int tenths;
		int64_t want;
		const char *why;
	} table[] =
		{
			{99, 10, 0, "less than a pound"},
			{100, 10, 1, "a pound"},
			{199, 20, 2, "pounds first, then times"},
			{300, 15, 4, "half a point is lost"},
			{0, 30, 0, "nothing"},
			{-500, 10, 0, "never negative"},
			{INT64_C(16846960), 30, 505407, "large"},
		},
	  *c;

	EACH(c, table)
	ck_assert_msg(points_for(c->amount, c->tenths) == c->want, "%s", c->why);
}
END_TEST

START_TEST(lots_end_with_a_month)
{
	static const struct {
		int year, month, mday, want_year, want_month, want_day;
		const char *why;
	} table[] =
		{
			{2010, 12, 1, 2011, 12, 31, "first of a month"},
			{2010, 12, 31, 2011, 12, 31, "last of a month"},
			{2011, 2, 28, 2012, 2, 29, "into a leap year"},
			{2012, 2, 29, 2013, 2, 28, "out of a leap year"},
			{2011, 11, 30, 2012, 11, 30, "a month of thirty"},
		},
	  *c;

	EACH(c, table)
	ck_assert_msg(lot_last_day(day_from_civil(c->year, c->month, c->mday)) ==
			      day_from_civil(c->want_year, c->want_month, c->want_day),
		      "%s", c->why);
}
END_TEST

START_TEST(tiers_and_vouchers_by_threshold)
{
	static const struct {
		int64_t in;
		int tier, voucher;
	} table[] = {{-5, 0, 0},      {0, 0, 0},       {499, 0, 0},       {500, 1, 500},    {1999, 1, 1000},
		     {2000, 2, 1000}, {9999, 2, 5000}, {10000, 3, 10000}, {99999, 3, 10000}},
	  *c;

	EACH(c, table)
	{
		const struct voucher *v = voucher_affordable(c->in);

		ck_assert_int_eq(tier_reached(c->in), c->tier);
		ck_assert_int_eq(v ? v->points : 0, c->voucher);
	}
}
END_TEST

START_TEST(balance_uses_the_oldest_first_and_lets_it_expire)
{
	struct balance b = {.month = 100};

	balance_earn(&b, 100, 300);
	balance_earn(&b, 101, 200);
	b.spent += 250;
	ck_assert_int_eq(balance_points(&b), 250);
	balance_roll(&b, 112); /* month 100 is still good in its twelfth month after */
	ck_assert_int_eq(balance_points(&b), 250);
	balance_roll(&b, 113); /* 50 of month 100 were left */
	ck_assert_int_eq(balance_points(&b), 200);
	ck_assert_int_eq(balance_year(&b), 0);
	balance_roll(&b, 114);
	ck_assert_int_eq(balance_points(&b), 0);
	balance_earn(&b, 1000, 7);
	ck_assert_int_eq(balance_points(&b), 7);
	ck_assert_int_eq(balance_year(&b), 7);
}
END_TEST

START_TEST(balance_takes_back_from_the_lots_month)
{
	struct balance b = {.month = 10};

	balance_earn(&b, 10, 100);
	balance_earn(&b, 11, 50);
	ck_assert(balance_revoke(&b, 10, 40));
	ck_assert_int_eq(balance_points(&b), 110);
	b.spent += 110;
	ck_assert(balance_revoke(&b, 11, 50)); /* spent already: a debt */
	ck_assert_int_eq(balance_points(&b), -50);
	balance_roll(&b, 23);
	ck_assert(!balance_revoke(&b, 10, 60));
	ck_assert_int_eq(balance_points(&b), -50);
	balance_earn(&b, 23, 80);
	ck_assert_int_eq(balance_points(&b), 30);
}
END_TEST

START_TEST(a_cancellation_takes_the_newest_first)
{
	struct bought list[] = {{1, 5, 10}, {2, 9, 10}, {1, 3, 11}, {1, 0, 12}};
	int32_t t = -1;

	ck_assert_int_eq(bought_cancel(list, 4, 1, 7, &t), 3);
	ck_assert_int_eq(t, 11);
	ck_assert_int_eq(bought_cancel(list, 4, 1, 4, &t), 4);
	ck_assert_int_eq(t, 10);
	ck_assert_int_eq(bought_cancel(list, 4, 1, 4, &t), 1);
	ck_assert_int_eq(bought_cancel(list, 4, 1, 4, &t), 0);
	ck_assert_int_eq(bought_cancel(list, 4, 3, 1, &t), 0);
	ck_assert_int_eq(bought_cancel(list, 0, 2, 1, &t), 0);
	ck_assert_int_eq(list[1].left, 9);
}
END_TEST

START_TEST(lines_that_count)
{
	static const struct {
		const char *customer, *stock;
		int quantity, price;
		bool cancelled;
		enum line_fate want;
	} table[] =
		{
			{"1", "85123A", 6, 255, false, LINE_KEPT},
			{"1", "85123A", -6, 255, true, LINE_KEPT},
			{"", "85123A", 6, 255, false, LINE_ANONYMOUS},
			{"1", "POST", 1, 1800, false, LINE_NO_PRODUCT},
			{"1", "1234", 1, 100, false, LINE_NO_PRODUCT},
			{"1", "12345A1", 1, 100, false, LINE_NO_PRODUCT},
			{"1", "15056BL", 1, 100, false, LINE_KEPT},
			{"1", "", 1, 100, false, LINE_NO_PRODUCT},
			{"1", "85123", 1, 0, false, LINE_NO_PRICE},
			{"1", "85123", -1, 100, false, LINE_NO_QUANTITY},
			{"1", "85123", 1, 100, true, LINE_NO_QUANTITY},
			{"1", "85123", 0, 100, false, LINE_NO_QUANTITY},
		},
	  *c;

	EACH(c, table)
	ck_assert_msg(line_fate(c->customer, c->stock, c->quantity, c->price, c->cancelled) == c->want,
		      "row %zu", i_);
}
END_TEST

START_TEST(pence_and_times_are_read_exactly)
{
	static const struct {
		const char *in;
		int64_t want;
		bool good;
	} table[] = {{"2.55", 255, true},   {"0", 0, true},
		     {"12", 1200, true},    {"1.5", 150, true},
		     {"0.001", 0, true},    {"0.005", 1, true},
		     {"1.2549", 125, true}, {"-3.10", -310, true},
		     {"", 0, false},        {"1.2.3", 0, false},
		     {"1e3", 0, false},     {".", 0, false},
		     {"-", 0, false},       {"9999999999999", 0, false}},
	  *c;
	int64_t got;

	EACH(c, table)
	{
		ck_assert_msg(pence_parse(c->in, &got) == c->good, "%s", c->in);
		ck_assert_msg(!c->good || got == c->want, "%s: got %lld", c->in, (long long)got);
	}
	ck_assert(local_parse("1970-01-02 01:02:03", &got) && got == 86400 + 3723);
	ck_assert(!local_parse("2010-02-30 00:00:00", &got));
	ck_assert(!local_parse("2010-02-03 24:00:00", &got));
	ck_assert(!local_parse("2010-02-03T10:00:00", &got));
	ck_assert(!local_parse("2010-02-03 10:00", &got));
}
END_TEST

START_TEST(places_have_zones)
{
	ck_assert_str_eq(retail_place_of("EIRE")->time_zone, "Europe/Dublin");
	ck_assert_str_eq(retail_place_of("United Kingdom")->region, "GB");
	ck_assert_ptr_null(retail_place_of("Atlantis")->region);
}
END_TEST

START_TEST(names_are_numbered_in_order)
{
	struct names *n = names_new(NULL);
	char text[24];
	int i;

	for (i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "name %d", i);
		ck_assert_int_eq(names_index(n, text), i);
	}
	ck_assert_int_eq(names_index(n, "name 4321"), 4321);
	ck_assert_str_eq(names_text(n, 17), "name 17");
	ck_assert_int_eq(names_count(n), 5000);
	talloc_free(n);
}
END_TEST

START_TEST(lines_are_json_whatever_the_text)
{
	struct item_text item = {.id = "1",
				 .name = "7\" \\ \x01 \xc3\xa9 \xff \xed\xa0\x80 end",
				 .quantity = 1,
				 .amount_minor = INT64_MIN};
	struct transaction_text e = {.id = "t",
				     .member = "m",
				     .category = "c",
				     .currency = "GBP",
				     .amount_minor = -1,
				     .at = SECOND,
				     .items = &item,
				     .item_count = 1};
	struct line *l = line_new(NULL);
	const char *error;
	struct json *read;
	const struct json *data;

	event_transaction(l, "urn:x", &e);
	ck_assert_int_eq(l->text[l->length - 1], '\n');
	read = json_parse(l, l->text, l->length, &error);
	ck_assert_msg(read != NULL, "%s", read ? "" : error);
	data = json_get(read, "data");
	ck_assert_str_eq(json_get_text(read, "time", ""), "1970-01-01T00:00:01Z");
	ck_assert_int_eq(json_get_integer(data, "amount_minor", 0), -1);
	data = json_get(data, "items")->first;
	ck_assert_str_eq(json_get_text(data, "name", ""),
			 "7\" \\ \x01 \xc3\xa9 \xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd end");
	ck_assert(json_get_integer(data, "amount_minor", 0) == INT64_MIN);
	talloc_free(l);
}
END_TEST

UNIT_MAIN("retail", categories_come_from_words, tables_are_consistent, promotions_have_both_ends_inside,
	  points_are_whole, lots_end_with_a_month, tiers_and_vouchers_by_threshold,
	  balance_uses_the_oldest_first_and_lets_it_expire, balance_takes_back_from_the_lots_month,
	  a_cancellation_takes_the_newest_first, lines_that_count, pence_and_times_are_read_exactly,
	  places_have_zones, names_are_numbered_in_order, lines_are_json_whatever_the_text)
