-- Ids of providers' events from before a time, some of them.
DELETE FROM analytics.notification_engagement WHERE (provider, event_id) IN (SELECT provider, event_id FROM analytics.notification_engagement
	WHERE received_at < $1::timestamptz ORDER BY received_at LIMIT $2::int8)
