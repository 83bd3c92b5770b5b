/*
 * engager.h - the daemon's own state and settings
 */
#ifndef AE_ENGAGEMENT_ENGAGER_H
#define AE_ENGAGEMENT_ENGAGER_H

#include "services/engagement/catalogue.h"

struct engager {
	struct daemon *daemon;
	struct catalogue *catalogue; /* NULL until it was read once */
	int64_t catalogue_looked;    /* CLOCK_MONOTONIC, as the other times here */
	int64_t searched;            /* when PostgreSQL was last looked through for due members */
	bool searching;              /* the last claim was full: there are more */
	char *plan;                  /* the last that was noted here; NULL: none */
	void *pool;                  /* memory for a slice of looks: many small pieces that end together */
	bool clock_seen;
	int64_t clock_ahead; /* of CLOCK_MONOTONIC, when somebody was last looked at */
	char *heeded;   /* members up to here were looked through since the clock was set back; NULL: all */
	bool rules_put; /* the release's rules have been brought in */
	struct metric *looks, *alerts, *losses, *withdrawn, *version;
};

/* main.c */
struct engagement_settings {
	int64_t per_day, per_week;
	int64_t patience;     /* microseconds: events older than that cause no alerts */
	int64_t offer_spread; /* microseconds over which an offer's members are looked at */
	int64_t keep_decisions, keep_alerts;
};
extern struct engagement_settings engagement;

/* Jobs, one file each. */
bool look_at_members(struct daemon *d);
bool sweep_offers(struct daemon *d);
bool plan_members(struct daemon *d);
bool heed_clock(struct daemon *d);
bool expire_alerts(struct daemon *d);
bool put_base_rules(struct daemon *d);
bool forget_old(struct daemon *d);

/* heed_clock.c: now, for looks at members; that it is earlier than before is noted */
instant clock_heeded(struct engager *e);

/* events.c */
bool events_apply(struct batch *b);
void events_committed(struct batch *b);

#endif
