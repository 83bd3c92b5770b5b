-- What became of rule $1 from $2 to $3 (UTC): each step and reason by day, by version, and (both null) in all.
WITH steps AS (
	SELECT day, rule_version, step, '' AS reason, count FROM analytics.engagement_counts,
		LATERAL (VALUES ('evaluated', evaluated), ('matched', matched), ('failed', failed), ('held_out', held_out), ('sent', sent)) v (step, count)
	WHERE rule_id = $1 AND day >= $2::date AND day <= $3::date
	UNION ALL
	SELECT day, rule_version, step, reason, count FROM analytics.engagement_outcomes
	WHERE rule_id = $1 AND day >= $2::date AND day <= $3::date
)
SELECT day, rule_version, step, reason, sum(count)::int8 FROM steps
GROUP BY GROUPING SETS ((day, step, reason), (rule_version, step, reason), (step, reason)) HAVING sum(count) > 0
ORDER BY day NULLS LAST, rule_version NULLS LAST, step, reason
