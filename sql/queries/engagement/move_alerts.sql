-- What became of open alerts: another state, or other figures (facts null: the same). Those that ended are counted for the day on which they were made.
WITH moved AS (
	UPDATE analytics.engagement_alerts a SET state = u.state, points_at_stake = CASE WHEN u.facts IS NULL THEN a.points_at_stake ELSE u.points END,
		facts = coalesce(u.facts, a.facts), lots = coalesce(u.lots, a.lots), sentence = coalesce(u.sentence, a.sentence), revision = a.revision + 1,
		ended_at = CASE WHEN u.state IN (4, 5) THEN $8::timestamptz END
	FROM unnest($1::text[], $2::text[], $3::int2[], $4::int8[], $5::json[], $6::json[], $7::text[]) AS u (member_id, alert_id, state, points, facts, lots, sentence)
	WHERE a.member_id = u.member_id AND a.alert_id = u.alert_id AND a.state BETWEEN 0 AND 1
	RETURNING a.rule_id, a.rule_version, a.created_at, a.state
)
INSERT INTO analytics.engagement_outcomes AS o (rule_id, rule_version, day, instance, step, count)
SELECT rule_id, rule_version, (created_at AT TIME ZONE 'UTC')::date, $9::text, CASE state WHEN 4 THEN 'expired' ELSE 'withdrawn' END, count(*)
FROM moved WHERE state IN (4, 5) GROUP BY 1, 2, 3, 5 ORDER BY 1, 3, 2, 5
ON CONFLICT (rule_id, day, rule_version, instance, step, reason) DO UPDATE SET count = o.count + excluded.count
