-- Due intents of the lanes, oldest first and at most so many of each, taken for a while. What was being sent already is unknown now.
WITH due AS (SELECT d.place FROM unnest($1::int2[], $2::int8[]) AS lane (priority, most)
	CROSS JOIN LATERAL (SELECT ctid AS place FROM analytics.notifications
		WHERE stage = 0 AND priority = lane.priority AND due_at <= now() AND (status <> 3 OR leased_until IS NULL OR leased_until <= now())
		ORDER BY due_at LIMIT lane.most FOR UPDATE SKIP LOCKED) d)
UPDATE analytics.notifications n SET status = 3, fence = n.fence + 1, unknown = n.unknown OR n.status = 3,
	crashes = n.crashes + (n.status = 3)::int::int2, leased_until = clock_timestamp() + $3::int8 * interval '1 microsecond'
FROM due WHERE n.ctid = due.place
RETURNING n.notification_id, n.member_id, n.priority, n.category, n.template, n.template_version, n.variables, n.channels, n.cause,
	n.client, n.created_at, n.due_at, n.expires_at, n.collapse_key, n.attempts, n.tries, n.tried, n.channel, n.provider, n.address,
	n.fence, n.unknown, n.crashes, n.locale, n.metadata, n.test
