/*
 * insights.h - findings about a member: found by pure functions, ranked, worded
 *
 * Each file find_<kind>.c looks at one sort of thing and adds what it finds. What a finding needs
 * to be believed is in docs/insights.md. Everything hangs under the list.
 */
#ifndef AE_INSIGHTS_H
#define AE_INSIGHTS_H

#include "services/analytics/facts.h"
#include "services/analytics/words.h"

enum severity {
	SEVERITY_INFO,
	SEVERITY_NOTICE,
	SEVERITY_WARNING
};
extern const char *const severity_names[];

enum {
	INSIGHT_ID = 33,
	INSIGHT_STRENGTH_MAX = 999
};

struct insight {
	/* set by the finder */
	const char *kind;
	enum severity severity;
	double strength;  /* 0-1: how far beyond what is needed */
	const char *what; /* with kind, member and anchor it makes the id */
	day anchor;       /* a day that stays the same while the finding does */
	day from, to;     /* the period it is about */
	/* set by insight_add */
	const char *sentence, *evidence;
	size_t evidence_length;
	char id[INSIGHT_ID];
	int rank; /* severity, then strength; higher is first */
	/* set by the store */
	instant first_seen; /* INSTANT_NONE: new */
};

/* Average spend of others in a month, from peer_sums. */
struct peer {
	size_t key; /* which of the asked for */
	day month;
	const char *region, *category; /* '': everywhere; '': all categories together */
	double spend_minor;            /* of all of them */
	int64_t members;
};

/* Market data of a month. */
struct market {
	size_t key;
	const char *region, *category;
	int64_t average_minor;
};

struct insights {
	const struct view *view;
	const struct facts *facts;
	const struct peer *peers; /* of the last whole month */
	size_t peer_count;
	const struct market *market; /* of the last whole month */
	size_t market_count;
	struct insight *rows;
	size_t count;
};

struct insights *insights_new(const void *parent, const struct view *v, const struct facts *f);
/* Runs every finder and ranks what they found. */
void insights_find(struct insights *in);

/* For finders: an open object for the evidence, then the finding with its sentence. */
struct json_writer *insight_evidence(struct insights *in);
void insight_add(struct insights *in, const struct insight *found, struct json_writer *evidence,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));
void evidence_put_day(struct json_writer *w, const char *name, day d);
void evidence_put_real(struct json_writer *w, const char *name,
		       double value); /* four digits after the point */

/* The last month that is over for the member: its first and last day. */
day insights_month(const struct view *v, day *last);
/* A category's name for a sentence. */
const char *insights_category(const struct insights *in, const char *category);

/* robust.c: how far x lies from what is usual */
struct robust {
	double median, mad, z; /* median and mad of the values themselves; z of their square roots */
	size_t count;
};
enum {
	ROBUST_MIN = 8
}; /* fewer values say nothing */
#define ROBUST_Z 3.5
struct robust robust_measure(const int64_t *values, size_t count, int64_t x);
/* The chance of no purchase for `silence` days after `gaps` gaps that took `days` in all. */
double silence_chance(size_t gaps, day days, day silence);

typedef void finder(struct insights *in);
finder find_spend_change, find_categories, find_season, find_points, find_missed, find_expiry, find_peers,
	find_market;

#endif
