-- What the member did with an alert, counted for the day on which it was made: that it was shown once, and how it ended last.
WITH was AS (
	SELECT rule_id, rule_version, created_at, state, shown_at FROM analytics.engagement_alerts WHERE member_id = $1 AND alert_id = $2
), moved AS (
	UPDATE analytics.engagement_alerts SET state = $3::int2, revision = revision + 1,
		shown_at = coalesce(shown_at, CASE WHEN $3::int2 IN (1, 2) THEN clock_timestamp() END),
		acted_at = coalesce(acted_at, CASE WHEN $3::int2 = 2 THEN clock_timestamp() END),
		ended_at = CASE WHEN $3::int2 IN (2, 3) THEN clock_timestamp() END
	WHERE member_id = $1 AND alert_id = $2
), ends AS (SELECT ARRAY['acted', 'dismissed', 'expired', 'withdrawn'] AS names)
INSERT INTO analytics.engagement_outcomes AS o (rule_id, rule_version, day, instance, step, count)
SELECT rule_id, rule_version, (created_at AT TIME ZONE 'UTC')::date, $4::text, v.step, v.count FROM was, ends, LATERAL (
	SELECT 'shown', 1 WHERE shown_at IS NULL AND $3::int2 IN (1, 2)
	UNION ALL SELECT names[$3::int2 - 1], 1 WHERE $3::int2 IN (2, 3)
	UNION ALL SELECT names[state - 1], -1 WHERE state BETWEEN 3 AND 5) v (step, count)
ON CONFLICT (rule_id, day, rule_version, instance, step, reason) DO UPDATE SET count = o.count + excluded.count
