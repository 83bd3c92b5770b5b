-- Of the next notifications between two ids those that have ended and are no dead letters, with their log; how many were looked at, and the last.
WITH looked_at AS (SELECT notification_id, member_id, status FROM analytics.notifications
		WHERE notification_id > $1 AND notification_id < $2 ORDER BY notification_id LIMIT $3::int8),
	spent AS (SELECT member_id, notification_id FROM looked_at
		WHERE status >= 4 AND NOT EXISTS (SELECT FROM analytics.notification_dead_letters d WHERE d.notification_id = looked_at.notification_id)),
	lines AS (DELETE FROM analytics.notification_logs l USING spent WHERE l.member_id = spent.member_id AND l.notification_id = spent.notification_id),
	gone AS (DELETE FROM analytics.notifications n USING spent WHERE n.member_id = spent.member_id AND n.notification_id = spent.notification_id
		RETURNING 1)
SELECT (SELECT count(*) FROM looked_at), (SELECT max(notification_id) FROM looked_at), (SELECT count(*) FROM gone)
