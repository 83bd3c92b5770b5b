-- Soft bounces from before a time, some of them.
DELETE FROM analytics.notification_soft_bounces WHERE ctid = ANY (ARRAY(SELECT ctid FROM analytics.notification_soft_bounces
	WHERE at < $1::timestamptz ORDER BY at LIMIT $2::int8))
