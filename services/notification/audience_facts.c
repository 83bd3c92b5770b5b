/*
 * audience_facts.c - what an audience may ask of a member (see audience_facts.h)
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/audience_facts.h"

enum {
	COLUMN_TIER = 3
};

/* clang-format off */
const struct audience_fact audience_facts[] = {
	{"tier", AUDIENCE_TEXT, true, "", "the tier that the member is in", COLUMN_TIER},
	{"region", AUDIENCE_TEXT, true, "", "the region of the profile", 4},
	{"locale", AUDIENCE_TEXT, true, "", "the locale of the profile", 5},
	{"enrolled_at", AUDIENCE_INSTANT, true, "", "when the member enrolled", 6},
	{"tier_since", AUDIENCE_INSTANT, true, "", "since when the member is in the tier", 7},
	{"tier_valid_until", AUDIENCE_INSTANT, true, "", "until when the tier is sure", 8},
	{"transactions", AUDIENCE_INTEGER, false, "transactions", "purchases ever", 9},
	{"reversals", AUDIENCE_INTEGER, false, "transactions", "reversals ever", 10},
	{"spend_minor", AUDIENCE_INTEGER, false, "minor units", "net spend ever, in the main currency", 11},
	{"first_transaction_at", AUDIENCE_INSTANT, true, "", "the first purchase", 12},
	{"last_transaction_at", AUDIENCE_INSTANT, true, "", "the last purchase", 13},
	{"points_earned", AUDIENCE_INTEGER, false, "points", "earned ever", 14},
	{"points_redeemed", AUDIENCE_INTEGER, false, "points", "redeemed ever", 15},
	{"points_expired", AUDIENCE_INTEGER, false, "points", "expired ever, as of the last event", 16},
	{"next_expiry_at", AUDIENCE_INSTANT, true, "", "when the next lot of points expires, as of the last event", 17},
	{"day", AUDIENCE_DAY, false, "", "the member's day that the facts from here on are as of", 0},
	{"currency", AUDIENCE_TEXT, true, "", "the main currency", 0},
	{"spend_7d_minor", AUDIENCE_INTEGER, false, "minor units", "net spend of 7 days", 0},
	{"spend_30d_minor", AUDIENCE_INTEGER, false, "minor units", "net spend of 30 days", 0},
	{"spend_90d_minor", AUDIENCE_INTEGER, false, "minor units", "net spend of 90 days", 0},
	{"spend_365d_minor", AUDIENCE_INTEGER, false, "minor units", "net spend of 365 days", 0},
	{"purchases_7d", AUDIENCE_INTEGER, false, "transactions", "purchases of 7 days", 0},
	{"purchases_30d", AUDIENCE_INTEGER, false, "transactions", "purchases of 30 days", 0},
	{"purchases_90d", AUDIENCE_INTEGER, false, "transactions", "purchases of 90 days", 0},
	{"purchases_365d", AUDIENCE_INTEGER, false, "transactions", "purchases of 365 days", 0},
	{"average_basket_minor", AUDIENCE_INTEGER, true, "minor units", "spend of 365 days by purchase", 0},
	{"days_since_purchase", AUDIENCE_INTEGER, true, "days", "since the last purchase", 0},
	{"purchase_interval_median_days", AUDIENCE_NUMBER, true, "days", "between days with a purchase, the one in the middle", 0},
	{"purchase_interval_mean_days", AUDIENCE_NUMBER, true, "days", "between days with a purchase, on average", 0},
	{"streak_weeks", AUDIENCE_INTEGER, false, "weeks", "with a purchase, one after the other, up to now", 0},
	{"streak_weeks_longest", AUDIENCE_INTEGER, false, "weeks", "the longest such row", 0},
	{"streak_months", AUDIENCE_INTEGER, false, "months", "with a purchase, one after the other, up to now", 0},
	{"streak_months_longest", AUDIENCE_INTEGER, false, "months", "the longest such row", 0},
	{"category_shares", AUDIENCE_OBJECT, false, "0-1", "each category's share of the faded spend: category_shares.travel", 0},
	{"points_balance", AUDIENCE_INTEGER, false, "points", "open lots less debt on that day", 0},
	{"points_expiring_7d", AUDIENCE_INTEGER, false, "points", "that expire within 7 days", 0},
	{"points_expiring_30d", AUDIENCE_INTEGER, false, "points", "that expire within 30 days", 0},
	{"points_expiring_90d", AUDIENCE_INTEGER, false, "points", "that expire within 90 days", 0},
	{"points_earn_rate", AUDIENCE_NUMBER, false, "points a month", "earned, by the last 90 days", 0},
	{"points_burn_rate", AUDIENCE_NUMBER, false, "points a month", "redeemed, by the last 90 days", 0},
	{"qualifying_points", AUDIENCE_INTEGER, false, "points", "that count for the next tier", 0},
	{"tier_progress", AUDIENCE_NUMBER, false, "0-1", "of the way to the next tier", 0},
	{"next_tier", AUDIENCE_TEXT, true, "", "the tier above", 0},
	{"next_tier_points_needed", AUDIENCE_INTEGER, false, "points", "still missing to it", 0},
	{"rfm_recency", AUDIENCE_INTEGER, false, "0-5", "how lately the member bought", 0},
	{"rfm_frequency", AUDIENCE_INTEGER, false, "0-5", "how often", 0},
	{"rfm_monetary", AUDIENCE_INTEGER, false, "0-5", "for how much", 0},
	{"favourite_channel", AUDIENCE_TEXT, true, "", "of most purchases ever", 0},
	{"tenure_days", AUDIENCE_INTEGER, true, "days", "since enrolment or the first purchase", 0},
};
/* clang-format on */
const size_t audience_fact_count = sizeof(audience_facts) / sizeof(audience_facts[0]);

const char *audience_type_name(enum audience_type t)
{
	static const char *const names[AUDIENCE_TYPE_COUNT] = {
		[AUDIENCE_TEXT] = "text",       [AUDIENCE_INTEGER] = "integer", [AUDIENCE_NUMBER] = "number",
		[AUDIENCE_INSTANT] = "instant", [AUDIENCE_DAY] = "date",        [AUDIENCE_OBJECT] = "object"};

	return names[t];
}

const struct audience_fact *audience_fact_find(const char *path)
{
	size_t length = strcspn(path, "."), i;

	for (i = 0; i < audience_fact_count; i++)
		if (strlen(audience_facts[i].name) == length &&
		    strncmp(audience_facts[i].name, path, length) == 0)
			break;
	if (i == audience_fact_count || (path[length] && audience_facts[i].type != AUDIENCE_OBJECT))
		return NULL;
	return &audience_facts[i];
}

/* --- a member's facts ----------------------------------------------------------------------------- */

static void add_member(struct json *object, struct json *value, const char *name)
{
	value->name = name;
	value->parent = object;
	if (object->last)
		object->last->next = value;
	else
		object->first = value;
	object->last = value;
	object->count++;
}

static void set_value(struct json *j, const struct rows *r, size_t i, const struct audience_fact *f)
{
	char time[INSTANT_TEXT];

	if (row_null(r, i, f->column)) {
		j->kind = JSON_NULL;
	} else if (f->type == AUDIENCE_INTEGER) {
		j->kind = JSON_INTEGER;
		j->integer = row_integer(r, i, f->column);
		j->real = (double)j->integer;
	} else {
		j->kind = JSON_TEXT;
		j->text = f->type == AUDIENCE_TEXT
				  ? row_text(r, i, f->column)
				  : talloc_strdup(j, instant_format(row_instant(r, i, f->column), time));
		j->length = strlen(j->text);
	}
}

/* The document knows a tier, too: that of the row, which candidates are found by, takes its place. */
static struct json *place_for(struct json *object, const struct audience_fact *f)
{
	struct json *j;

	for (j = f->column == COLUMN_TIER ? object->first : NULL; j; j = j->next)
		if (strcmp(j->name, f->name) == 0)
			return j;
	j = talloc_zero(object, struct json);
	add_member(object, j, f->name);
	return j;
}

const struct json *audience_facts_read(const void *parent, const struct rows *r, size_t i)
{
	const char *error, *text;
	struct json *object;
	size_t length, k;

	text = row_bytes(r, i, AUDIENCE_COLUMN_FACTS, &length);
	object = json_parse(parent, text, length, &error);
	if (object == NULL || object->kind != JSON_OBJECT)
		return NULL;
	for (k = 0; k < audience_fact_count; k++)
		if (audience_facts[k].column > 0)
			set_value(place_for(object, &audience_facts[k]), r, i, &audience_facts[k]);
	return object;
}
