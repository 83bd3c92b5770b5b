-- What happened to one notification, in order.
SELECT at, what, channel, provider, attempt, code, detail, evidence FROM analytics.notification_logs
WHERE member_id = $1 AND notification_id = $2 ORDER BY log_id
