-- Drops some of a cancelled campaign's open intents, and says so in their logs. How many, and, if none, whether any is left.
WITH open AS (SELECT member_id, notification_id FROM analytics.notifications WHERE campaign_id = $1 AND outcome < 4 AND status <> 3
	LIMIT $2::int8 FOR UPDATE SKIP LOCKED),
gone AS (UPDATE analytics.notifications n SET status = 5, reason = 'cancelled' FROM open
	WHERE n.member_id = open.member_id AND n.notification_id = open.notification_id RETURNING n.member_id, n.notification_id),
told AS (INSERT INTO analytics.notification_logs (member_id, notification_id, what, code, detail)
	SELECT member_id, notification_id, 'dropped', 'cancelled', 'Its campaign was cancelled' FROM gone)
SELECT (SELECT count(*) FROM gone), EXISTS (SELECT FROM analytics.notifications WHERE campaign_id = $1 AND outcome < 4)
