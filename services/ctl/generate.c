/*
 * generate.c - aectl generate: a synthetic programme of any size, seeded
 *
 * generate_world.c says what there is to buy, generate_people.c who buys it, generate_events.c
 * how that becomes events. docs/sample-programme.md describes the distributions.
 */
#include "services/ctl/ctl.h"
#include "services/ctl/event_sink.h"
#include "services/ctl/generate_events.h"
#include "services/ctl/generate_people.h"
#include "common/progress.h"

#include <getopt.h>
#include <stdio.h>
#include <talloc.h>

enum {
	ID_SIZE = 48,
	FLUSH_AT = 32 << 10
};

struct options {
	struct sink_options sink;
	int64_t members, seed, months, transactions;
	day end; /* the last day */
	bool json;
};

static const char usage[] =
	"usage: aectl generate --members N [--seed S] [--months 24] [--transactions-per-member 20]\n"
	"                      [--out FILE|-] [--url URL --token TOKEN] [--end DATE]\n\n"
	"Makes the events of a synthetic loyalty programme in order of time. The same arguments give the "
	"same\n"
	"bytes, whatever the day on which they are given if --end is.\n\n"
	"  --members N          1 to 100,000,000\n"
	"  --seed S             0 to 2^53 (default 1)\n"
	"  --months M           1 to 120 (default 24)\n"
	"  --transactions-per-member T   the mean; 1 to 10,000 (default 20)\n"
	"  --end DATE           the last day (default: yesterday)\n"
	"  --out FILE|-         write the events as lines of JSON\n" SINK_HELP
	"  --json               print the counts as JSON\n";

static int generate_run(const void *top, const struct options *o, struct event_sink *sink)
{
	day start = day_add_months(o->end + 1, (int)-o->months);
	uint16_t days = (uint16_t)(o->end + 1 - start), n;
	struct progress *p = progress_new(top, "generating", "days", days);
	struct people *people = people_new(top, (uint64_t)o->seed, (uint32_t)o->members, start, days,
					   (double)o->transactions);
	struct generator *g = generator_new(top, o->seed, people, sink);
	bool ok = true;

	for (n = 0; n < days && ok; n++) {
		ok = generator_day(g, n);
		progress_at(p, n + 1);
	}
	if (ok)
		event_sink_finish(sink);
	progress_end(p);
	event_sink_report(sink, "aectl generate", o->json);
	return event_sink_exit(sink);
}

static bool option_take(struct options *o, int c, const char *value)
{
	switch (c) {
	case 'm':
		return option_integer("members", value, 1, 100000000, &o->members);
	case 's':
		return option_integer("seed", value, 0, INT64_C(1) << 53, &o->seed);
	case 'M':
		return option_integer("months", value, 1, 120, &o->months);
	case 't':
		return option_integer("transactions-per-member", value, 1, 10000, &o->transactions);
	case 'e':
		return day_parse(value, &o->end);
	case 'j':
		o->json = true;
		return true;
	default:
		return sink_option(&o->sink, c, value);
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
	struct options o = {.seed = 1, .months = 24, .transactions = 20};
	struct event_sink *sink;
	const char *error;
	void *top;
	int c, rc;

	o.end = (day)(clock_now() / SECOND / DAY_SECONDS) - 1;
	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1)
		if (c == 'h') {
			fputs(usage, stdout);
			return CTL_DONE;
		} else if (!option_take(&o, c, optarg))
			return usage_wrong(argv[0], "wrong options");
	if (optind != argc || !o.members)
		return usage_wrong(argv[0], "--members N is wanted, and nothing beside options");
	top = talloc_new(NULL);
	sink = event_sink_open(top, &o.sink, &error);
	rc = sink ? generate_run(top, &o, sink) : usage_wrong(argv[0], "%s", error);
	talloc_free(top);
	return rc;
}
