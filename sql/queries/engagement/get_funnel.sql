-- What became of rule $1 by day (UTC) from $2 to $3: day (null = all), step, reason of what was suppressed, how often.
WITH counts AS (
	SELECT day, sum(evaluated) AS evaluated, sum(matched) AS matched, sum(sent) AS sent, sum(failed) AS failed
	FROM analytics.engagement_counts WHERE rule_id = $1 AND day >= $2::date AND day <= $3::date GROUP BY day
), steps AS (
	SELECT day, n, step, '' AS reason, count FROM counts,
		LATERAL (VALUES (1, 'evaluated', evaluated), (2, 'matched', matched), (3, 'failed', failed), (5, 'sent', sent)) v (n, step, count)
	UNION ALL
	SELECT (decided_at AT TIME ZONE 'UTC')::date, 4, 'suppressed', reason, sum(times) FROM analytics.engagement_decisions
	WHERE rule_id = $1 AND decided_at >= $2::date AT TIME ZONE 'UTC' AND decided_at < ($3::date + 1) AT TIME ZONE 'UTC' GROUP BY 1, 4
	UNION ALL
	SELECT (created_at AT TIME ZONE 'UTC')::date, 6, 'acted', '', count(*) FROM analytics.engagement_alerts
	WHERE rule_id = $1 AND created_at >= $2::date AT TIME ZONE 'UTC' AND created_at < ($3::date + 1) AT TIME ZONE 'UTC' AND state = 2 GROUP BY 1
)
SELECT day, step, reason, sum(count)::int8 FROM steps GROUP BY GROUPING SETS ((day, n, step, reason), (n, step, reason))
ORDER BY day NULLS LAST, n, reason
