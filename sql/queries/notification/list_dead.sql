-- Dead notifications before an id, newest first.
SELECT notification_id, member_id, reason, put_at FROM analytics.notification_dead_letters
WHERE $1::text IS NULL OR notification_id < $1 ORDER BY notification_id DESC LIMIT $2
