/*
 * generate_events.c - a synthetic day's happenings as events
 */
#include "services/ctl/generate_events.h"
#include "services/ctl/event_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

enum {
	ID_SIZE = 48,
	FLUSH_AT = 32 << 10
};

struct generator {
	char source[ID_SIZE];
	struct people *people;
	struct event_sink *sink;
	struct line *line;
	day today;
	struct happenings happenings;  /* of today */
	int notices[WORLD_CATEGORIES]; /* sent so far about each */
	bool promoted[WORLD_CATEGORIES];
};

/* "m000000123", and with a serial "m000000123-t45". snprintf would take longer than all the rest of an event.
 */
static const char *id_make(char id[ID_SIZE], uint32_t member, const char *infix, uint32_t serial)
{
	char digits[16], *d;
	char *p = id;
	int i;

	*p++ = 'm';
	for (i = 8; i >= 0; i--, member /= 10)
		p[i] = (char)('0' + member % 10);
	p += 9;
	while (*infix)
		*p++ = *infix++;
	if (serial) {
		for (d = digits; serial; serial /= 10)
			*d++ = (char)('0' + serial % 10);
		while (d > digits)
			*p++ = *--d;
	}
	*p = '\0';
	return id;
}

static instant day_instant(day d)
{
	return d * DAY_SECONDS * SECOND;
}

static void write_enrolment(struct generator *g, const struct happening *h, const char *member, instant at)
{
	const struct world_region *r = &world_regions[g->people->persons[h->member].region];
	struct enrolment_text e = {.member = member,
				   .tier = tiers[0].name,
				   .region = r->region,
				   .locale = r->locale,
				   .time_zone = r->time_zone,
				   .channel = world_channels[g->people->persons[h->member].channel],
				   .at = at};

	event_enrolment(g->line, g->source, &e);
}

static void write_points(struct generator *g, const struct happening *h, const char *member, const char *id,
			 const char *lot, instant at)
{
	bool back = h->kind == HAPPENS_REVERSAL;
	struct points_text e = {.id = id,
				.member = member,
				.transaction = id,
				.lot = lot,
				.category = world_categories[h->category].code,
				.reason = back ? "reversal" : "purchase",
				.points = back ? -h->points : h->points,
				.at = at};

	if (!h->points)
		return;
	if (!back) {
		e.expires_at = day_instant(lot_last_day(g->today) + 1) - SECOND;
		if (world_multiplier(g->people->seed, month_of(g->today), h->category) > 10)
			e.reason = "promotion";
	}
	event_points(g->line, g->source, &e);
}

/* A purchase or its reversal, and the points of it. */
static void write_transaction(struct generator *g, const struct happening *h, const char *member, instant at)
{
	const struct world_category *c = &world_categories[h->category];
	const struct world_region *r = &world_regions[g->people->persons[h->member].region];
	bool back = h->kind == HAPPENS_REVERSAL;
	char id[ID_SIZE], original[ID_SIZE], merchant[ID_SIZE], item_id[ID_SIZE];
	struct item_text item = {.id = item_id,
				 .quantity = back ? -1 : 1,
				 .amount_minor = back ? -h->amount_minor : h->amount_minor};
	struct transaction_text e = {.id = id_make(id, h->member, "-t", h->serial),
				     .member = member,
				     .category = c->code,
				     .currency = r->currency,
				     .amount_minor = item.amount_minor,
				     .at = at,
				     .merchant_id = merchant,
				     .merchant_name = c->merchants[h->merchant],
				     .channel = world_channels[h->channel],
				     .region = r->region,
				     .reversed = back,
				     .items = &item,
				     .item_count = 1};
	size_t n = strlen(c->code);

	memcpy(merchant, c->code, n);
	memcpy(item_id, c->code, n);
	merchant[n] = item_id[n] = '-';
	merchant[n + 1] = (char)('1' + h->merchant);
	merchant[n + 2] = '\0';
	item_id[n + 1] = (char)('0' + h->item / 100);
	item_id[n + 2] = (char)('0' + h->item / 10 % 10);
	item_id[n + 3] = (char)('0' + h->item % 10);
	item_id[n + 4] = '\0';
	if (back)
		e.reverses = id_make(original, h->member, "-t", h->original);
	event_transaction(g->line, g->source, &e);
	write_points(g, h, member, id, back ? original : id, at);
}

static void write_tier(struct generator *g, const struct happening *h, const char *member, instant at)
{
	struct tier_text e = {.member = member,
			      .from = tiers[h->from_tier].name,
			      .to = tiers[h->to_tier].name,
			      .direction = h->to_tier > h->from_tier   ? "up"
					   : h->to_tier < h->from_tier ? "down"
								       : "renewed",
			      .serial = (int)h->serial,
			      .qualifying = h->points,
			      .at = at,
			      .valid_until = h->until == NEVER ? 0
							       : day_instant(g->people->start + h->until)};

	event_tier(g->line, g->source, &e);
}

static void reward_fill(int category, int32_t points, char id[ID_SIZE], char name[ID_SIZE])
{
	snprintf(id, ID_SIZE, "voucher-%d-%s", (int)points / 100, world_categories[category].code);
	snprintf(name, ID_SIZE, "%d off %s", (int)points / 100, world_categories[category].name);
}

static void write_redemption(struct generator *g, const struct happening *h, const char *member, instant at)
{
	char id[ID_SIZE], reward_id[ID_SIZE], reward_name[ID_SIZE];
	struct redemption_text e = {.id = id_make(id, h->member, "-r", h->serial),
				    .member = member,
				    .reward_id = reward_id,
				    .reward_name = reward_name,
				    .category = world_categories[h->category].code,
				    .currency = world_regions[g->people->persons[h->member].region].currency,
				    .channel = world_channels[h->channel],
				    .points = h->points,
				    .value_minor = h->points,
				    .at = at,
				    .cancelled = h->kind == HAPPENS_CANCELLATION};

	reward_fill(h->category, (int32_t)h->points, reward_id, reward_name);
	event_redemption(g->line, g->source, &e);
}

static void write_happening(struct generator *g, const struct happening *h)
{
	instant at = day_instant(g->today) + h->second * SECOND;
	char member[ID_SIZE];

	id_make(member, h->member, "", 0);
	switch (h->kind) {
	case HAPPENS_ENROLMENT:
		write_enrolment(g, h, member, at);
		break;
	case HAPPENS_PURCHASE:
	case HAPPENS_REVERSAL:
		write_transaction(g, h, member, at);
		break;
	case HAPPENS_TIER:
		write_tier(g, h, member, at);
		break;
	case HAPPENS_REDEMPTION:
	case HAPPENS_CANCELLATION:
		write_redemption(g, h, member, at);
		break;
	}
}

/* A category's promotion of the month, or that it has none. */
static void write_notice(struct generator *g, int category, int multiplier)
{
	const struct world_category *c = &world_categories[category];
	struct reward_text rewards[VOUCHER_COUNT];
	char ids[VOUCHER_COUNT][ID_SIZE], names[VOUCHER_COUNT][ID_SIZE], promotion[ID_SIZE], title[64];
	struct category_text e = {.code = c->code,
				  .name = c->name,
				  .currency = world_regions[0].currency,
				  .serial = ++g->notices[category],
				  .at = day_instant(g->today),
				  .multiplier_tenths = multiplier,
				  .rewards = rewards,
				  .reward_count = VOUCHER_COUNT};
	int i;

	for (i = 0; i < VOUCHER_COUNT; i++) {
		reward_fill(category, vouchers[i].points, ids[i], names[i]);
		rewards[i] = (struct reward_text){ids[i], names[i], vouchers[i].points,
						  vouchers[i].value_minor};
	}
	if (multiplier > 10) {
		e.valid_from = day_instant(day_month_start(g->today));
		e.valid_to = day_instant(day_add_months(day_month_start(g->today), 1));
		snprintf(promotion, sizeof(promotion), "%s-%d", c->code, (int)month_of(g->today));
		snprintf(title, sizeof(title), "More points on %s", c->name);
		e.promotion_id = promotion;
		e.title = title;
		e.description = "All month, in every channel";
	}
	event_category(g->line, g->source, &e);
}

/* On the first day and at the start of each month: what changes in the categories. */
static void write_notices(struct generator *g, bool first)
{
	int i, multiplier;

	for (i = 0; i < WORLD_CATEGORIES; i++) {
		multiplier = world_multiplier(g->people->seed, month_of(g->today), i);
		if (first || multiplier > 10 || g->promoted[i])
			write_notice(g, i, multiplier);
		g->promoted[i] = multiplier > 10;
	}
}

static int generator_destroy(struct generator *g)
{
	talloc_free(g->happenings.list);
	return 0;
}

struct generator *generator_new(const void *parent, int64_t seed, struct people *people,
				struct event_sink *sink)
{
	struct generator *g = talloc_zero(parent, struct generator);

	talloc_set_destructor(g, generator_destroy);
	snprintf(g->source, sizeof(g->source), "urn:ae:synthetic:%" PRId64, seed);
	g->people = people;
	g->sink = sink;
	g->line = line_new(g);
	return g;
}

static bool line_flush(struct generator *g)
{
	bool ok = event_sink_put(g->sink, g->line->text, g->line->length);

	g->line->length = 0;
	return ok;
}

bool generator_day(struct generator *g, uint16_t n)
{
	struct happenings *h = &g->happenings;
	size_t i;

	g->today = g->people->start + n;
	if (n == 0 || g->today == day_month_start(g->today))
		write_notices(g, n == 0);
	people_live(g->people, n, h);
	for (i = 0; i < h->count; i++) {
		write_happening(g, &h->list[i]);
		if (g->line->length >= FLUSH_AT && !line_flush(g))
			return false;
	}
	return line_flush(g);
}
