/*
 * categories.c - the table of categories, and the names of channels and priorities
 */
#include <string.h>

#include "services/notification/categories.h"

#define EMAIL CHANNEL_BIT(CHANNEL_EMAIL)
#define PUSH  CHANNEL_BIT(CHANNEL_PUSH)
#define SLACK CHANNEL_BIT(CHANNEL_SLACK)

const struct category categories[] = {
	{"account", CLASS_TRANSACTIONAL, "Your account and its security", EMAIL | PUSH, CHANNEL_EMAIL,
	 PRIORITY_TRANSACTIONAL, false},
	{"redemptions", CLASS_TRANSACTIONAL, "Rewards you redeemed", EMAIL | PUSH, CHANNEL_EMAIL,
	 PRIORITY_TRANSACTIONAL, false},
	{"points", CLASS_PROGRAMME, "Points earned and adjusted", PUSH, CHANNEL_PUSH, PRIORITY_ENGAGEMENT,
	 true},
	{"expiry_warnings", CLASS_PROGRAMME, "Points about to expire", EMAIL | PUSH | SLACK, CHANNEL_PUSH,
	 PRIORITY_ENGAGEMENT, true},
	{"tier", CLASS_PROGRAMME, "Your tier", EMAIL | PUSH | SLACK, CHANNEL_EMAIL, PRIORITY_ENGAGEMENT,
	 true},
	{"milestones", CLASS_PROGRAMME, "Milestones reached and near", EMAIL | PUSH | SLACK, CHANNEL_PUSH,
	 PRIORITY_ENGAGEMENT, true},
	{"insights", CLASS_PROGRAMME, "What we found in your purchases", EMAIL, CHANNEL_EMAIL,
	 PRIORITY_ENGAGEMENT, true},
	{"digest", CLASS_PROGRAMME, "Your summary by the day or week", EMAIL, CHANNEL_EMAIL,
	 PRIORITY_ENGAGEMENT, false},
	{"promotions", CLASS_MARKETING, "Offers and promotions", EMAIL | PUSH, CHANNEL_EMAIL, PRIORITY_BULK,
	 true},
	{"recommendations", CLASS_MARKETING, "Recommendations for you", EMAIL | PUSH, CHANNEL_EMAIL,
	 PRIORITY_BULK, true},
	/* Apart from the programme's own, so that a summary never carries an offer without consent. */
	{"marketing_digest", CLASS_MARKETING, "Offers, summed up", EMAIL, CHANNEL_EMAIL, PRIORITY_BULK,
	 false},
};
const size_t category_count = sizeof(categories) / sizeof(categories[0]);

static const char *const class_names[CLASS_COUNT] = {"transactional", "programme", "marketing"};
static const char *const channel_names[CHANNEL_COUNT] = {"email", "push", "slack"};
static const char *const priority_names[PRIORITY_COUNT] = {"critical", "transactional", "engagement", "bulk"};

static size_t name_find(const char *const *names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count && (name == NULL || strcmp(names[i], name) != 0); i++)
		;
	return i;
}

const struct category *category_find(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < category_count; i++)
		if (strcmp(categories[i].name, name) == 0)
			return &categories[i];
	return NULL;
}

enum priority category_priority(const struct category *c, enum priority asked)
{
	return c->class == CLASS_MARKETING && asked < PRIORITY_ENGAGEMENT ? PRIORITY_ENGAGEMENT : asked;
}

bool category_name_valid(const char *name)
{
	size_t length = strnlen(name, CATEGORY_NAME_MAX + 1);

	return length >= 1 && length <= CATEGORY_NAME_MAX && strchr("_-.", name[0]) == NULL &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-.") == length;
}

const char *category_class_name(enum category_class c)
{
	return class_names[c];
}

size_t category_channels(const struct category *c, enum channel out[CHANNEL_COUNT])
{
	size_t count = 0;
	int i;

	if (c->channels & CHANNEL_BIT(c->first))
		out[count++] = c->first;
	for (i = 0; i < CHANNEL_COUNT; i++)
		if ((c->channels & CHANNEL_BIT(i)) && i != (int)c->first)
			out[count++] = (enum channel)i;
	return count;
}

const char *channel_name(enum channel c)
{
	return channel_names[c];
}

const char *priority_name(enum priority p)
{
	return priority_names[p];
}

enum channel channel_find(const char *name)
{
	return (enum channel)name_find(channel_names, CHANNEL_COUNT, name);
}

enum priority priority_find(const char *name)
{
	return (enum priority)name_find(priority_names, PRIORITY_COUNT, name);
}
