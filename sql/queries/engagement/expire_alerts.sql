-- Open alerts whose time is over, counted for the days on which they were made; how many.
WITH ended AS (
	UPDATE analytics.engagement_alerts SET state = 4, revision = revision + 1, ended_at = valid_until
	WHERE ctid = ANY (ARRAY(SELECT ctid FROM analytics.engagement_alerts WHERE state IN (0, 1) AND valid_until <= now() ORDER BY valid_until LIMIT $1::int8 FOR NO KEY UPDATE SKIP LOCKED))
		AND state BETWEEN 0 AND 1
	RETURNING rule_id, rule_version, created_at
), counted AS (
	INSERT INTO analytics.engagement_outcomes AS o (rule_id, rule_version, day, instance, step, count)
	SELECT rule_id, rule_version, (created_at AT TIME ZONE 'UTC')::date, $2::text, 'expired', count(*) FROM ended GROUP BY 1, 2, 3 ORDER BY 1, 3, 2
	ON CONFLICT (rule_id, day, rule_version, instance, step, reason) DO UPDATE SET count = o.count + excluded.count
)
SELECT count(*) FROM ended
