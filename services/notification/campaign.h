/*
 * campaign.h - a notification to an audience, from the request to the last of its intents
 *
 * A campaign is a row that is durable before anybody is answered. A job turns it into intents, slice by
 * slice in the order of the members: a slice's intents and the place that it came to are one transaction
 * under the row's lock, so a campaign goes on where it was, in whichever instance, and no member has two.
 */
#ifndef AE_NOTIFICATION_CAMPAIGN_H
#define AE_NOTIFICATION_CAMPAIGN_H

#include "common/daemon.h"
#include "common/sweep.h"
#include "services/notification/intent.h"
#include "services/notification/send_request.h"
#include "services/notification/template.h"

enum campaign_status {
	CAMPAIGN_EXPANDING,
	CAMPAIGN_EXPANDED,
	CAMPAIGN_CANCELLED, /* what is queued is being dropped until finished_at */
	CAMPAIGN_EXPIRED,   /* its messages' time was over before all were made */
	CAMPAIGN_STATUS_COUNT
};

/* As it is claimed for a slice. */
struct campaign {
	const char *campaign_id, *client;
	enum campaign_status status;
	struct send_request request;
	const char *variables;
	struct member_rule *audience;
	struct sweep *sweep; /* of the audience */
	int driver;          /* of enum sweep_driver; -1 = not chosen yet */
	const char *after;
	struct intent **intents; /* of the slice */
	size_t intent_count;
};

/* What a slice adds. */
struct campaign_step {
	enum campaign_status status;
	bool finished;
	int driver;
	const char *after; /* NULL: as it was */
	int64_t examined, judged, matched, made, failed;
	const char *fault;
	int64_t pause; /* microseconds to the next */
};

/* campaign.c: rows */
const char *campaign_status_name(enum campaign_status s);
/* Inside the caller's transaction; its id. */
const char *campaign_create(struct request *req, const struct send_request *s, const struct json *body);
/* The one whose turn it is, held to the commit; NULL: none. *fault: the request cannot be read any more. */
struct campaign *campaign_claim(struct db *db, const void *parent, const char **fault);
void campaign_move(struct db *db, const void *scratch, const struct campaign *c,
		   const struct campaign_step *s);
/* In a transaction of its own: its turn comes so many microseconds later. */
void campaign_postpone(struct db *db, const void *scratch, const struct campaign *c, int64_t pause);
/* Drops some open intents of a cancelled one: how many; *open: there are others. */
int64_t campaign_drop(struct db *db, const void *scratch, const char *campaign_id, bool *open);
/* Open intents of a lane, counted up to `most`. */
int64_t campaign_lane(struct db *db, const void *scratch, enum priority lane, int64_t most);

/* campaign_json.c: row i of get_campaign or list_campaigns, without closing its object */
void campaign_open(struct json_writer *w, const struct rows *r, size_t i);
/* The whole of one. */
MUST_USE reply reply_campaign(struct request *req, const char *campaign_id);

/* send_audience.c, try_audience.c: POST /notifications/send with an audience */
MUST_USE reply send_audience(struct request *req, const char *key, const struct send_request *s,
			     const struct json *body);
MUST_USE reply try_audience(struct request *req, const struct send_request *s,
			    const struct message_template *t);
/* The audience of a send. NULL: *out names what is wrong with it. */
struct member_rule *audience_of(struct request *req, const struct send_request *s, reply *out);

/* expand_campaigns.c: the job */
bool run_campaigns(struct daemon *d);

#endif
