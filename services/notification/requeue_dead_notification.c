/*
 * requeue_dead_notification.c - tries a dead notification again from the beginning
 */
#include "gen/sql/notification.h"
#include "services/notification/dead_letter.h"
#include "services/notification/notification.h"

reply requeue_dead_notification(struct request *req, const struct requeue_dead_notification_in *in)
{
	return end_dead_letter(req, in->notification_id, SQL_NOTIFICATION_REQUEUE_DEAD, "requeued");
}
