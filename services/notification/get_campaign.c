/*
 * get_campaign.c - how far a campaign has come, and what became of its notifications
 */
#include "services/notification/campaign.h"
#include "services/notification/notification.h"

reply get_campaign(struct request *req, const struct get_campaign_in *in)
{
	return reply_campaign(req, in->campaign_id);
}
