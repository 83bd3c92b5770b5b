/*
 * features.c - what someone's history says at a moment (see features.h)
 */
#include "common/learn/features.h"

#include <math.h>

const char *const feature_names[FEATURE_COUNT] = {
	"log_recency", "log_frequency", "log_money",         "decayed_45", "decayed_120",
	"log_overdue", "log_gap",       "log_items",         "pace",       "log_spend_90",
	"log_returns", "log_mean",      "log_spend_decayed",
};

struct sums {
	double purchases, spend, items, returns, first, last, decayed_45, decayed_120, spend_90,
		spend_decayed;
};

static void add_purchase(struct sums *s, const struct feature_event *e, double moment)
{
	double age = moment - e->at;

	s->first = s->purchases == 0 ? e->at : fmin(s->first, e->at);
	s->last = s->purchases == 0 ? e->at : fmax(s->last, e->at);
	s->purchases += 1;
	s->spend += e->value;
	s->items += e->items;
	s->decayed_45 += exp2(-age / 45);
	s->decayed_120 += exp2(-age / 120);
	s->spend_decayed += e->value * exp2(-age / 120);
	s->spend_90 += age <= 90 ? e->value : 0;
}

static void fill(const struct sums *s, double moment, double *out)
{
	double recency = moment - s->last, tenure = moment - s->first;
	double gap = s->purchases > 1 ? (s->last - s->first) / (s->purchases - 1) : tenure;

	out[FEATURE_RECENCY] = log1p(recency);
	out[FEATURE_FREQUENCY] = log1p(s->purchases);
	out[FEATURE_MONEY] = log1p(s->spend);
	out[FEATURE_DECAYED_45] = s->decayed_45;
	out[FEATURE_DECAYED_120] = s->decayed_120;
	out[FEATURE_OVERDUE] = log1p(recency / (gap + 1));
	out[FEATURE_GAP] = log1p(gap);
	out[FEATURE_ITEMS] = log1p(s->items);
	out[FEATURE_PACE] = s->purchases / (tenure + 1);
	out[FEATURE_SPEND_90] = log1p(s->spend_90);
	out[FEATURE_RETURNS] = log1p(s->returns);
	out[FEATURE_MEAN] = log1p(s->spend / s->purchases);
	out[FEATURE_SPEND_DECAYED] = log1p(s->spend_decayed);
}

bool features_at(const struct feature_event *events, size_t count, double moment, double *out)
{
	struct sums s = {0};
	size_t i;

	for (i = 0; i < count; i++) {
		if (!(events[i].at <= moment))
			continue;
		if (events[i].value < 0)
			s.returns += 1;
		else
			add_purchase(&s, &events[i], moment);
	}
	if (s.purchases == 0)
		return false;
	fill(&s, moment, out);
	return true;
}

struct feature_outcome features_outcome(const struct feature_event *events, size_t count, double from,
					double to)
{
	struct feature_outcome o = {0, 0};
	size_t i;

	for (i = 0; i < count; i++)
		if (events[i].at > from && events[i].at <= to && events[i].value >= 0) {
			o.purchases += 1;
			o.spend += events[i].value;
		}
	return o;
}
