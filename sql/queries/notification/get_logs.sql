-- What happened to these notifications of a member, in order.
SELECT at, what, channel, provider, attempt, code, detail, evidence, notification_id FROM analytics.notification_logs
WHERE member_id = $1 AND notification_id = ANY ($2::text[]) ORDER BY notification_id, log_id
