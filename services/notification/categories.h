/*
 * categories.h - what messages are about, and what may be refused of it
 *
 * TRANSACTIONAL answers something the member did, or guards the account: it needs no consent and cannot
 * be refused as a whole (a member still chooses the channel). PROGRAMME tells of the member's own points
 * and goals: no marketing consent, but every one can be refused. MARKETING needs consent first.
 */
#ifndef AE_NOTIFICATION_CATEGORIES_H
#define AE_NOTIFICATION_CATEGORIES_H

#include "services/notification/channel.h"

enum category_class {
	CLASS_TRANSACTIONAL,
	CLASS_PROGRAMME,
	CLASS_MARKETING,
	CLASS_COUNT
};

#define CHANNEL_BIT(c) (1u << (unsigned)(c))

enum {
	CATEGORY_NAME_MAX = 64
};

struct category {
	const char *name; /* the code: "expiry_warnings" */
	enum category_class class;
	const char *title;      /* for people: "Points about to expire" */
	unsigned channels;      /* bits: allowed unless the member says otherwise; tried in this order: */
	enum channel first;     /* the channel to begin with, then the others as enum channel has them */
	enum priority priority; /* for a request that names none */
	bool digestible;        /* may wait for the member's digest */
};

extern const struct category categories[];
extern const size_t category_count;

/* NULL if there is none of that name. */
const struct category *category_find(const char *name);
/* What a message of the category may have: an offer is never more than news, whatever somebody asked for. */
enum priority category_priority(const struct category *c, enum priority asked);
/* Lower case letters, digits, '_', '-' and '.', a letter or digit first, at most CATEGORY_NAME_MAX. */
bool category_name_valid(const char *name);
const char *category_class_name(enum category_class c); /* "transactional" */

/* The category's channels in the order they are tried; how many. */
size_t category_channels(const struct category *c, enum channel out[CHANNEL_COUNT]);

const char *channel_name(enum channel c);   /* "email" */
const char *priority_name(enum priority p); /* "critical"; also the lane's name */
/* The channel or priority of that name; CHANNEL_COUNT, PRIORITY_COUNT if there is none. */
enum channel channel_find(const char *name);
enum priority priority_find(const char *name);

#endif
