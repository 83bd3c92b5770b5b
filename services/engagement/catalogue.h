/*
 * catalogue.h - what judging needs that is of no member: rules, tiers, offers, rewards, the switch
 *
 * Small, kept in memory, and read again when the rules or the programme have changed.
 */
#ifndef AE_ENGAGEMENT_CATALOGUE_H
#define AE_ENGAGEMENT_CATALOGUE_H

#include "services/engagement/engagement.h"
#include "services/engagement/rule.h"

struct tier {
	const char *name;
	int64_t points;
};

struct offer {
	const char *key, *category, *category_name, *title, *details, *currency; /* texts may be NULL */
	instant from, to;                                                        /* INSTANT_NONE: open */
	double multiplier;
	int64_t bonus_points, min_spend_minor;
};

struct reward {
	const char *reward_id, *name, *currency; /* texts may be NULL */
	int64_t points, value_minor;
	instant from, to;
};

struct catalogue {
	int64_t rules_version, programme_version;
	bool running;
	unsigned char holdout_key[HOLDOUT_KEY];
	double holdout_share;
	const struct tz *zone; /* the programme's */
	struct rule **rules;   /* active ones, by id */
	size_t rule_count;
	const char **watched; /* facts that some rule's change is looked for */
	size_t watched_count;
	struct tier *tiers;
	size_t tier_count;
	struct offer *offers;
	size_t offer_count;
	struct reward *rewards; /* the dearest first */
	size_t reward_count;
};

/* store_catalogue.c; NULL: the database failed. */
struct catalogue *store_catalogue(struct db *db, const void *parent);
/* The switch and the versions, into an existing one; false if others are in force now. */
bool store_catalogue_current(struct db *db, struct catalogue *c);

/* catalogue.c */
/* The one in force, read again at most once a second; NULL: the database failed before there was one. */
struct catalogue *catalogue_current(struct daemon *d);
/* As it is at this moment: after a claim, so that what made the members due, an offer for one, is in it. */
struct catalogue *catalogue_newest(struct daemon *d);
const struct rule *catalogue_rule(const struct catalogue *c, const char *rule_id);
int64_t catalogue_tier_points(const struct catalogue *c, const char *tier); /* -1: no such tier */

#endif
