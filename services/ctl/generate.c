/*
 * generate.c - aectl generate: a synthetic programme of any size, seeded
 *
 * generate_world.c says what there is to buy, generate_people.c who buys it; here each day's
 * happenings become events. docs/sample-programme.md describes the distributions.
 */
#include "services/ctl/ctl.h"
#include "services/ctl/event_sink.h"
#include "services/ctl/event_text.h"
#include "services/ctl/generate_people.h"
#include "services/ctl/progress.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

enum { ID_SIZE = 48, FLUSH_AT = 32 << 10 };

struct generator {
	struct sink_options sink_options;
	int64_t members, seed, months, transactions;
	day end; /* the last day */
	bool json;

	char source[ID_SIZE];
	struct people *people;
	struct event_sink *sink;
	struct line *line;
	day today;
	int notices[WORLD_CATEGORIES]; /* sent so far about each */
	bool promoted[WORLD_CATEGORIES];
};

static const char usage[] =
	"usage: aectl generate --members N [--seed S] [--months 24] [--transactions-per-member 20]\n"
	"                      [--out FILE|-] [--url URL --token TOKEN] [--end DATE]\n\n"
	"Makes the events of a synthetic loyalty programme in order of time. The same arguments give the same\n"
	"bytes, whatever the day on which they are given if --end is.\n\n"
	"  --members N          1 to 100,000,000\n"
	"  --seed S             0 to 2^53 (default 1)\n"
	"  --months M           1 to 120 (default 24)\n"
	"  --transactions-per-member T   the mean; 1 to 10,000 (default 20)\n"
	"  --end DATE           the last day (default: yesterday)\n"
	"  --out FILE|-         write the events as lines of JSON\n" SINK_HELP
	"  --json               print the counts as JSON\n";

/* "m0000123", and with a serial "m0000123-45". snprintf would take longer than all the rest of an event. */
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

static void write_points(struct generator *g, const struct happening *h, const char *member, const char *id, const char *lot, instant at)
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
	struct item_text item = {.id = item_id, .quantity = back ? -1 : 1, .amount_minor = back ? -h->amount_minor : h->amount_minor};
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
			      .direction = h->to_tier > h->from_tier ? "up" : h->to_tier < h->from_tier ? "down" : "renewed",
			      .serial = (int)h->serial,
			      .qualifying = h->points,
			      .at = at,
			      .valid_until = h->until == NEVER ? 0 : day_instant(g->people->start + h->until)};

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
		rewards[i] = (struct reward_text){ids[i], names[i], vouchers[i].points, vouchers[i].value_minor};
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

static bool day_write(struct generator *g, uint16_t n, struct happenings *h)
{
	size_t i;

	g->today = g->people->start + n;
	if (n == 0 || g->today == day_month_start(g->today))
		write_notices(g, n == 0);
	people_live(g->people, n, h);
	for (i = 0; i < h->count; i++) {
		write_happening(g, &h->list[i]);
		if (g->line->length < FLUSH_AT && i + 1 < h->count)
			continue;
		if (!event_sink_put(g->sink, g->line->text, g->line->length))
			return false;
		g->line->length = 0;
	}
	return true;
}

static int generate_run(const void *top, struct generator *g)
{
	day start = day_add_months(g->end + 1, (int)-g->months);
	uint16_t days = (uint16_t)(g->end + 1 - start), n;
	struct progress *p = progress_new(top, "generating", "days", days);
	struct happenings h = {0};
	bool ok = true;

	snprintf(g->source, sizeof(g->source), "urn:ae:synthetic:%" PRId64, g->seed);
	g->line = line_new(top);
	g->people = people_new(top, (uint64_t)g->seed, (uint32_t)g->members, start, days, (double)g->transactions);
	for (n = 0; n < days && ok; n++) {
		ok = day_write(g, n, &h);
		progress_at(p, n + 1);
	}
	if (ok && event_sink_put(g->sink, g->line->text, g->line->length))
		event_sink_finish(g->sink);
	progress_end(p);
	talloc_free(h.list);
	event_sink_report(g->sink, "aectl generate", g->json);
	return event_sink_exit(g->sink);
}

/* 0 = taken, else the exit code plus one. */
static bool option_take(struct generator *g, int c, const char *value)
{
	switch (c) {
	case 'm':
		return option_integer("members", value, 1, 100000000, &g->members);
	case 's':
		return option_integer("seed", value, 0, INT64_C(1) << 53, &g->seed);
	case 'M':
		return option_integer("months", value, 1, 120, &g->months);
	case 't':
		return option_integer("transactions-per-member", value, 1, 10000, &g->transactions);
	case 'e':
		return day_parse(value, &g->end);
	case 'j':
		g->json = true;
		return true;
	default:
		return sink_option(&g->sink_options, c, value);
	}
}

int generate(int argc, char **argv)
{
	static const struct option table[] = {SINK_LONG_OPTIONS,
					      {"members", required_argument, NULL, 'm'},
					      {"seed", required_argument, NULL, 's'},
					      {"months", required_argument, NULL, 'M'},
					      {"transactions-per-member", required_argument, NULL, 't'},
					      {"end", required_argument, NULL, 'e'},
					      {"json", no_argument, NULL, 'j'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	struct generator g = {.seed = 1, .months = 24, .transactions = 20};
	const char *error;
	void *top;
	int c, rc;

	g.end = (day)(clock_now() / SECOND / DAY_SECONDS) - 1;
	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1)
		if (c == 'h') {
			fputs(usage, stdout);
			return CTL_DONE;
		} else if (!option_take(&g, c, optarg))
			return usage_wrong(argv[0], "wrong options");
	if (optind != argc || !g.members)
		return usage_wrong(argv[0], "--members N is wanted, and nothing beside options");
	top = talloc_new(NULL);
	g.sink = event_sink_open(top, &g.sink_options, &error);
	rc = g.sink ? generate_run(top, &g) : usage_wrong(argv[0], "%s", error);
	talloc_free(top);
	return rc;
}
