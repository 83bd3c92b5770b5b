/*
 * clv_holdout.c - how good forecasts were, by what the members did next
 */
#include <math.h>
#include <talloc.h>

#include "common/learn/amounts.h"
#include "services/train/clv.h"

/* What is compared, side by side; the row of a member without a forecast is left out. */
struct sides {
	double *forecast, *truth;
	size_t count;
};

static void put(struct report *r, const char *what, const char *which, struct score s)
{
	report_metric(r, talloc_asprintf(r, "%s_%s", what, which), s.value, s.error);
}

static void put_all(struct report *r, const char *what, const struct sides *s, double cap)
{
	struct amounts plain, cut;

	if (!amounts_of(s->forecast, s->truth, s->count, INFINITY, &plain))
		return;
	put(r, what, "mae", plain.mae);
	put(r, what, "rmse", plain.rmse);
	if (isfinite(cap) && amounts_of(s->forecast, s->truth, s->count, cap, &cut)) {
		put(r, what, "mae_winsorised", cut.mae);
		put(r, what, "rmse_winsorised", cut.rmse);
		report_metric(r, talloc_asprintf(r, "%s_cap", what), cap, NAN);
	}
	put(r, what, "spearman", plain.spearman);
	put(r, what, "top10", plain.top10);
}

static void put_totals(struct report *r, const char *what, const struct sides *s, double error)
{
	double forecast = 0, truth = 0;
	size_t i;

	for (i = 0; i < s->count; i++) {
		forecast += s->forecast[i];
		truth += s->truth[i];
	}
	report_metric(r, talloc_asprintf(r, "%s_total", what), forecast, error);
	report_metric(r, talloc_asprintf(r, "%s_total_actual", what), truth, NAN);
}

/* The members' own spread adds up; that of the parameters is not in it. */
static double total_error(const struct clv_forecasts *f)
{
	double sum = 0, known = 0;
	size_t i;

	for (i = 0; i < f->count; i++)
		if (!isnan(f->list[i].variance)) {
			sum += f->list[i].variance;
			known += 1;
		}
	return known > 0 ? sqrt(sum / known * (double)f->count) : NAN;
}

static void put_coverage(struct report *r, const struct clv_forecasts *f, const double *spends)
{
	double inside = 0, known = 0, share;
	size_t i;

	for (i = 0; i < f->count; i++)
		if (!isnan(f->list[i].low)) {
			known += 1;
			inside += spends[i] >= f->list[i].low && spends[i] <= f->list[i].high;
		}
	if (known > 0) {
		share = inside / known;
		report_metric(r, "interval80_coverage", share, sqrt(share * (1 - share) / known));
	}
}

void clv_holdout(const struct clv_request *q, const struct transactions *t, const struct clv_forecasts *f,
		 struct report *r)
{
	struct sides counts = {.count = f->count}, spends = {.count = f->count};
	struct feature_outcome o;
	size_t i;

	counts.forecast = talloc_array(r, double, f->count + 1);
	counts.truth = talloc_array(r, double, f->count + 1);
	spends.forecast = talloc_array(r, double, f->count + 1);
	spends.truth = talloc_array(r, double, f->count + 1);
	for (i = 0; i < f->count; i++) {
		const struct clv_forecast *one = &f->list[i];

		o = features_outcome(one->customer->events, one->customer->count, q->calibration_end,
				     q->holdout_end);
		counts.forecast[i] = one->purchases;
		counts.truth[i] = o.purchases;
		spends.forecast[i] = one->spend;
		spends.truth[i] = o.spend;
	}
	if (f->counts) {
		put_all(r, "transactions", &counts, NAN);
		put_totals(r, "transactions", &counts, total_error(f));
	}
	if (f->amounts) {
		put_all(r, "spend", &spends, clv_cap(q, t, q->horizon));
		put_totals(r, "spend", &spends, NAN);
		put_coverage(r, f, spends.truth);
	}
}
