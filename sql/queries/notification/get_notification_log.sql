-- What happened to one notification, in order; that it was queued is told by the notification itself.
SELECT at, what, channel, provider, attempt, code, detail, evidence FROM (
	SELECT 0::int8 AS log_id, created_at AS at, 'queued' AS what, NULL::int2 AS channel, NULL AS provider, NULL::int4 AS attempt, client AS code,
		NULL AS detail, NULL::json AS evidence
	FROM analytics.notifications WHERE member_id = $1 AND notification_id = $2
	UNION ALL
	SELECT log_id, at, what, channel, provider, attempt, code, detail, evidence FROM analytics.notification_logs
	WHERE member_id = $1 AND notification_id = $2) l
ORDER BY log_id
