-- What happened to these notifications of a member, in order; that they were queued is told by the notifications themselves.
SELECT at, what, channel, provider, attempt, code, detail, evidence, notification_id FROM (
	SELECT notification_id, 0::int8 AS log_id, created_at AS at, 'queued' AS what, NULL::int2 AS channel, NULL AS provider, NULL::int4 AS attempt,
		client AS code, NULL AS detail, NULL::json AS evidence
	FROM analytics.notifications WHERE member_id = $1 AND notification_id = ANY ($2::text[])
	UNION ALL
	SELECT notification_id, log_id, at, what, channel, provider, attempt, code, detail, evidence FROM analytics.notification_logs
	WHERE member_id = $1 AND notification_id = ANY ($2::text[])) l
ORDER BY notification_id, log_id
