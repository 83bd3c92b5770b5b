-- Due intents of a lane, oldest first, taken for a while. What was being sent already is unknown now.
WITH due AS (SELECT member_id, notification_id FROM analytics.notifications
	WHERE status IN (0, 1, 3) AND priority = $1 AND due_at <= clock_timestamp() ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
UPDATE analytics.notifications n SET status = 3, fence = n.fence + 1, unknown = n.unknown OR n.status = 3,
	crashes = n.crashes + (n.status = 3)::int::int2,
	due_at = clock_timestamp() + $3::int8 * interval '1 microsecond'
FROM due WHERE n.member_id = due.member_id AND n.notification_id = due.notification_id
RETURNING n.notification_id, n.member_id, n.priority, n.category, n.template, n.template_version, n.variables, n.channels, n.cause,
	n.client, n.created_at, n.due_at, n.expires_at, n.collapse_key, n.attempts, n.tries, n.tried, n.channel, n.provider, n.address,
	n.fence, n.unknown, n.crashes
