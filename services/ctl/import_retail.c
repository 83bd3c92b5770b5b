/*
 * import_retail.c - aectl import retail: a shop's invoice lines as a loyalty programme's events
 *
 * Reads the file (retail_shop.c), plays the members' lives (retail_history.c), writes what happened
 * as events (retail_events.c). docs/sample-programme.md says by which rules.
 */
#include "services/ctl/ctl.h"
#include "services/ctl/event_sink.h"
#include "services/ctl/retail_events.h"
#include "services/ctl/retail_history.h"
#include "services/ctl/retail_shop.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <talloc.h>

enum {
	WEEK_SECONDS = 7 * 86400
};

struct import {
	struct sink_options sink;
	int64_t members;
	bool as_is, json;
	const char *path;
};

static const char usage[] =
	"usage: aectl import retail FILE [--out FILE|-] [--url URL --token TOKEN] [--as-is] [--members N]\n\n"
	"Turns the invoice lines of an online shop (CSV, also gzip) into the events of a loyalty programme.\n"
	"The same file gives the same events. Dates are moved by whole weeks so that the last event lies in\n"
	"the seven days before now.\n\n"
	"  --out FILE|-         write the events as lines of JSON\n" SINK_HELP
	"  --as-is              leave the dates as they are\n"
	"  --members N          only the first N members\n"
	"  --json               print the counts as JSON\n";

/* Whole weeks from the data's end to now; the last event is then less than a week old, never in the future.
 */
static int32_t weeks_to_now(const struct retail_shop *shop)
{
	const struct tz *zone = tz_find("Europe/London");
	instant now = clock_now();
	int64_t local = now / SECOND + (zone ? tz_offset(zone, now) : 0);
	int64_t weeks = (local - shop->last) / WEEK_SECONDS;

	return (int32_t)(weeks > 0 ? weeks : 0);
}

static void summary(const struct import *in, const struct retail_history *h)
{
	const struct retail_shop *s = h->shop;
	int i;

	if (in->json)
		return;
	fprintf(stderr, "%d members, %zu transactions, %zu lines kept; left out:", (int)h->members,
		h->transaction_count, s->line_count);
	for (i = LINE_KEPT + 1; i < LINE_FATES; i++)
		fprintf(stderr, " %" PRId64 " %s,", s->fates[i], line_fate_names[i]);
	fprintf(stderr, " %" PRId64 " cancelled before the first purchase;", h->strange);
	fprintf(stderr, " cancelled without a purchase to cancel: %" PRId64 "; moved by %d weeks\n",
		h->unmatched, (int)h->weeks);
}

static int import_run(const void *top, const struct import *in, struct event_sink *sink)
{
	const char *error;
	struct retail_shop *shop = retail_shop_read(top, in->path, &error);
	struct retail_history *h;

	if (!shop) {
		fprintf(stderr, "aectl import retail: %s\n", error);
		return CTL_FAILED;
	}
	h = retail_history_play(top, shop, in->as_is || !shop->line_count ? 0 : weeks_to_now(shop),
				in->members);
	if (retail_events_write(h, sink))
		event_sink_finish(sink);
	summary(in, h);
	event_sink_report(sink, "aectl import retail", in->json);
	return event_sink_exit(sink);
}

/* True to go on; otherwise *rc is the exit code. */
static bool options_read(int argc, char **argv, struct import *in, int *rc)
{
	static const struct option table[] = {SINK_LONG_OPTIONS,
					      {"as-is", no_argument, NULL, 'a'},
					      {"members", required_argument, NULL, 'm'},
					      {"json", no_argument, NULL, 'j'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	int c;

	*rc = CTL_DONE;
	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1)
		if (c == 'h') {
			fputs(usage, stdout);
			return false;
		} else if (c == 'a')
			in->as_is = true;
		else if (c == 'j')
			in->json = true;
		else if (c == 'm' ? !option_integer("members", optarg, 1, INT32_MAX, &in->members)
				  : !sink_option(&in->sink, c, optarg)) {
			*rc = usage_wrong(argv[0], "wrong options");
			return false;
		}
	if (argc - optind == 1) {
		in->path = argv[optind];
		return true;
	}
	*rc = usage_wrong(argv[0], "one file is wanted");
	return false;
}

int import_retail(int argc, char **argv)
{
	struct import in = {0};
	struct event_sink *sink;
	const char *error;
	void *top;
	int rc;

	if (!options_read(argc, argv, &in, &rc))
		return rc;
	top = talloc_new(NULL);
	sink = event_sink_open(top, &in.sink, &error);
	rc = sink ? import_run(top, &in, sink) : usage_wrong(argv[0], "%s", error);
	talloc_free(top);
	return rc;
}
