-- The same for intents that the queue's index named; those that are not due, or somebody else's, are left.
WITH due AS (SELECT d.place FROM unnest($1::text[], $2::text[]) AS u (member_id, notification_id)
	CROSS JOIN LATERAL (SELECT ctid AS place FROM analytics.notifications
		WHERE member_id = u.member_id AND notification_id = u.notification_id
			AND stage = 0 AND due_at <= now() AND (status <> 3 OR leased_until IS NULL OR leased_until <= now())
		LIMIT 1 FOR UPDATE SKIP LOCKED) d)
UPDATE analytics.notifications n SET status = 3, fence = n.fence + 1, unknown = n.unknown OR n.status = 3,
	crashes = n.crashes + (n.status = 3)::int::int2, leased_until = clock_timestamp() + $3::int8 * interval '1 microsecond'
FROM due WHERE n.ctid = due.place
RETURNING n.notification_id, n.member_id, n.priority, n.category, n.template, n.template_version, n.variables, n.channels, n.cause,
	n.client, n.created_at, n.due_at, n.expires_at, n.collapse_key, n.attempts, n.tries, n.tried, n.channel, n.provider, n.address,
	n.fence, n.unknown, n.crashes, n.locale, n.metadata, n.test
