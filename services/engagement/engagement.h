/*
 * engagement.h - what the files of ae-engagement share
 *
 * An event, or the slot of a scheduled rule, makes a member due (mark.h). Looking at a member (look.h) makes
 * candidates of the rules (rule.h, candidate.h), of which arbitration (arbitrate.h) lets the best few become
 * alerts.
 */
#ifndef AE_ENGAGEMENT_H
#define AE_ENGAGEMENT_H

#include "common/daemon.h"
#include "common/tz.h"
#include "gen/proto/engagement.h"

/* The numbers are those of engagement_alerts.state. */
enum alert_state {
	ALERT_NEW,
	ALERT_SHOWN,
	ALERT_ACTED,
	ALERT_DISMISSED,
	ALERT_EXPIRED,
	ALERT_WITHDRAWN, /* what it warned of is gone */
	ALERT_HELD_OUT,  /* won, but the member is in a holdout: told to nobody */
	ALERT_STATE_COUNT
};
const char *alert_state_name(enum alert_state s);

/* Why a candidate did not become an alert: engagement_decisions.reason. */
enum loss {
	LOSS_NONE, /* it did */
	LOSS_HOLDOUT,
	LOSS_RULE_HOLDOUT,
	LOSS_CAP,
	LOSS_RULE_CAP,
	LOSS_COOLDOWN,
	LOSS_REFUSED,
	LOSS_QUIET_HOURS,
	LOSS_OUTRANKED,
	LOSS_EXPIRED,
	LOSS_FAILED,
	LOSS_COUNT
};
const char *loss_name(enum loss l);

/* holdout.c: 0 to 1, the same for good; analytics.engagement_share says the same in SQL. Salt "" is the
 * programme's holdout, a rule's id that rule's own. */
enum {
	HOLDOUT_KEY = 16
};
double holdout_share(const unsigned char key[HOLDOUT_KEY], const char *salt, const char *member_id);

/* Categories that need consent to marketing; what is in them is not for the programme's holdout. */
bool category_promotional(const char *category);
bool category_known(const char *category);

#endif
