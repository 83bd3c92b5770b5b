/*
 * facts_json.c - facts under the names that docs/facts.md lists
 */
#include <math.h>
#include <stdio.h>

#include "services/analytics/facts.h"

static void put_windows(struct json_writer *w, const struct facts *f)
{
	char name[32];
	int i;

	for (i = 0; i < FACTS_WINDOWS; i++) {
		snprintf(name, sizeof(name), "spend_%dd_minor", facts_window_days[i]);
		json_put_integer(w, name, f->spend_minor[i]);
		snprintf(name, sizeof(name), "purchases_%dd", facts_window_days[i]);
		json_put_integer(w, name, f->purchases[i]);
	}
	for (i = 0; i < FACTS_WINDOWS - 1; i++) {
		snprintf(name, sizeof(name), "points_expiring_%dd", facts_window_days[i]);
		json_put_integer(w, name, f->expiring[i]);
	}
}

static void put_known(struct json_writer *w, const char *name, bool known, double value)
{
	if (known)
		json_put_real(w, name, round(value * 100) / 100);
	else
		json_put_null(w, name);
}

static void put_count(struct json_writer *w, const char *name, bool known, int64_t value)
{
	if (known)
		json_put_integer(w, name, value);
	else
		json_put_null(w, name);
}

static void put_days(struct json_writer *w, const char *name, int days)
{
	put_count(w, name, days >= 0, days);
}

double facts_share_told(const struct category_share *s)
{
	return round(s->share * 10000) / 10000;
}

static void put_shares(struct json_writer *w, const struct facts *f)
{
	const struct category_share *s;

	json_open_object(w, "category_shares");
	for (s = f->shares; s < f->shares + f->share_count; s++)
		json_put_real(w, s->category, facts_share_told(s));
	json_close(w);
}

static void put_tier(struct json_writer *w, const struct tier_standing *t)
{
	json_put_text(w, "tier", t->tier ? t->tier->name : NULL);
	json_put_integer(w, "qualifying_points", t->qualifying);
	json_put_real(w, "tier_progress", round(t->progress * 10000) / 10000);
	json_put_text(w, "next_tier", t->next ? t->next->name : NULL);
	json_put_integer(w, "next_tier_points_needed", t->needed);
}

static void put_rfm(struct json_writer *w, const struct rfm *r)
{
	json_put_integer(w, "rfm_recency", r->recency);
	json_put_integer(w, "rfm_frequency", r->frequency);
	json_put_integer(w, "rfm_monetary", r->monetary);
}

static void put_dates(struct json_writer *w, const struct facts *f)
{
	put_days(w, "enrolled_days", f->enrolled_days);
	put_days(w, "anniversary_in_days", f->anniversary_in);
	put_days(w, "birthday_in_days", f->birthday_in);
	put_days(w, "days_since_redemption", f->days_since_redemption);
	put_days(w, "streak_weeks_days_left", f->weeks_left);
	put_days(w, "streak_months_days_left", f->months_left);
	put_days(w, "tier_deadline_days", f->tier_deadline);
	json_put_integer(w, "tier_keep_points_needed", f->keep_needed);
}

static void put_ending(struct json_writer *w, const struct view *v, const struct facts *f)
{
	const struct ending_lot *l;
	char text[DAY_TEXT];

	put_days(w, "points_expire_in_days", f->ends_in);
	json_open_array(w, "points_expiring");
	for (l = f->ending; l < f->ending + f->ending_count; l++) {
		json_open_object(w, NULL);
		json_put_text(w, "lot", l->ref);
		json_put_integer(w, "points", l->points);
		json_put_text(w, "last_day", day_format(l->last, text));
		json_put_integer(w, "days", l->last - v->today);
		json_close(w);
	}
	json_close(w);
}

void facts_encode(struct json_writer *w, const struct view *v, const struct facts *f)
{
	char text[DAY_TEXT];

	json_open_object(w, NULL);
	json_put_text(w, "day", day_format(v->today, text));
	json_put_text(w, "time_zone", tz_name(v->zone));
	json_put_text(w, "currency", v->currency[0] ? v->currency : NULL);
	put_windows(w, f);
	put_count(w, "average_basket_minor", f->has_basket, f->average_basket_minor);
	put_days(w, "days_since_purchase", f->days_since_purchase);
	put_known(w, "purchase_interval_median_days", f->interval_median >= 0, f->interval_median);
	put_known(w, "purchase_interval_mean_days", f->interval_mean >= 0, f->interval_mean);
	json_put_integer(w, "streak_weeks", f->weeks.current);
	json_put_integer(w, "streak_weeks_longest", f->weeks.longest);
	json_put_integer(w, "streak_months", f->months.current);
	json_put_integer(w, "streak_months_longest", f->months.longest);
	put_shares(w, f);
	json_put_integer(w, "points_balance", v->points.balance);
	put_known(w, "points_earn_rate", true, f->earn_rate);
	put_known(w, "points_burn_rate", true, f->burn_rate);
	put_tier(w, &f->tier);
	put_rfm(w, &f->rfm);
	json_put_text(w, "favourite_channel", f->favourite_channel);
	put_days(w, "tenure_days", f->tenure_days);
	put_dates(w, f);
	put_ending(w, v, f);
	json_close(w);
}
