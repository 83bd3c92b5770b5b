-- Idempotency keys from before a time, some of them.
DELETE FROM analytics.notification_requests WHERE (client, key) IN (SELECT client, key FROM analytics.notification_requests
	WHERE created_at < $1::timestamptz ORDER BY created_at LIMIT $2::int8)
