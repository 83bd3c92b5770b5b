/*
 * list_campaigns.c - campaigns, newest first
 */
#include "gen/sql/notification.h"
#include "services/notification/campaign.h"
#include "services/notification/list_page.h"
#include "services/notification/notification.h"

reply list_campaigns(struct request *req, const struct list_campaigns_in *in)
{
	struct json_writer *w = json_writer_new(req);
	const char *after;
	reply refused;
	struct rows *r;
	size_t i, count;

	if (!list_page_begin(req, in->cursor, &after, &refused))
		return refused;
	r = db_query(req->db, req, SQL_NOTIFICATION_LIST_CAMPAIGNS, "ti", after, in->limit + 1);
	count = rows_count(r) > (size_t)in->limit ? (size_t)in->limit : rows_count(r);
	json_open_object(w, NULL);
	json_open_array(w, "campaigns");
	for (i = 0; i < count; i++) {
		campaign_open(w, r, i);
		json_close(w);
	}
	json_close(w);
	return list_page_reply(req, w, rows_count(r) > count ? row_text(r, count - 1, 0) : NULL);
}
