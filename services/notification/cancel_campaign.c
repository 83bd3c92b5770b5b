/*
 * cancel_campaign.c - no more intents, and what is queued is dropped; what is being sent ends as it ends
 *
 * The drops are made here as long as that takes no time, the job makes the others.
 */
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/campaign.h"
#include "services/notification/notification.h"

#define DROPPING (SECOND)

static void drop(struct request *req, const char *campaign_id)
{
	int64_t end = clock_monotonic() + DROPPING;
	bool open;

	while (clock_monotonic() < end && campaign_drop(req->db, req, campaign_id, &open) > 0)
		;
}

reply cancel_campaign(struct request *req, const struct cancel_campaign_in *in)
{
	db_query(req->db, req, SQL_NOTIFICATION_CANCEL_CAMPAIGN, "t", in->campaign_id);
	drop(req, in->campaign_id);
	return reply_campaign(req, in->campaign_id);
}
