-- Alerts of before $1.
DELETE FROM analytics.engagement_alerts WHERE ctid = ANY (ARRAY(SELECT ctid FROM analytics.engagement_alerts WHERE created_at < $1::timestamptz ORDER BY created_at LIMIT $2::int8))
