/*
 * discard_dead_notification.c - takes a dead notification off the list; it stays failed
 */
#include "gen/sql/notification.h"
#include "services/notification/dead_letter.h"
#include "services/notification/notification.h"

reply discard_dead_notification(struct request *req, const struct discard_dead_notification_in *in)
{
	return end_dead_letter(req, in->notification_id, SQL_NOTIFICATION_DISCARD_DEAD, "discarded");
}
