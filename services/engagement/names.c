/*
 * names.c - the words that rows, replies and events use
 */
#include <string.h>

#include "services/engagement/engagement.h"

const char *alert_state_name(enum alert_state s)
{
	static const char *const names[ALERT_STATE_COUNT] = {
		[ALERT_NEW] = "new",          [ALERT_SHOWN] = "shown",
		[ALERT_ACTED] = "acted",      [ALERT_DISMISSED] = "dismissed",
		[ALERT_EXPIRED] = "expired",  [ALERT_WITHDRAWN] = "withdrawn",
		[ALERT_HELD_OUT] = "held_out"};

	return names[s];
}

const char *loss_name(enum loss l)
{
	static const char *const names[LOSS_COUNT] = {[LOSS_NONE] = "none",
						      [LOSS_HOLDOUT] = "holdout",
						      [LOSS_RULE_HOLDOUT] = "rule_holdout",
						      [LOSS_CAP] = "cap",
						      [LOSS_RULE_CAP] = "rule_cap",
						      [LOSS_COOLDOWN] = "cooldown",
						      [LOSS_REFUSED] = "refused",
						      [LOSS_QUIET_HOURS] = "quiet_hours",
						      [LOSS_OUTRANKED] = "outranked",
						      [LOSS_EXPIRED] = "expired",
						      [LOSS_FAILED] = "failed"};

	return names[l];
}

/* Those that alerts may be of; how a message of each is sent is ae-notification's. */
static const struct {
	const char *name;
	bool promotional;
} categories[] = {
	{"points", false},   {"expiry_warnings", false}, {"tier", false},           {"milestones", false},
	{"insights", false}, {"promotions", true},       {"recommendations", true},
};

bool category_known(const char *category)
{
	size_t i;

	for (i = 0; i < sizeof(categories) / sizeof(categories[0]); i++)
		if (strcmp(categories[i].name, category) == 0)
			return true;
	return false;
}

bool category_promotional(const char *category)
{
	size_t i;

	for (i = 0; i < sizeof(categories) / sizeof(categories[0]); i++)
		if (strcmp(categories[i].name, category) == 0)
			return categories[i].promotional;
	return true;
}
