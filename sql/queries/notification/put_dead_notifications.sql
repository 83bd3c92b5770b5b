-- Notifications that failed for good, for somebody to look at.
INSERT INTO analytics.notification_dead_letters (notification_id, member_id, reason, detail)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (notification_id) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, put_at = clock_timestamp()
