-- A member's alerts as replies tell them, ranked: the open ones or, with $2, all that were told, the newest first.
SELECT alert_id, rule_id, rule_version, kind, category, CASE WHEN state IN (0, 1) AND valid_until <= now() THEN 4 ELSE state END, priority, facts, sentence,
	suggested_action, link, deadline, valid_until, points_at_stake, value_minor, currency, created_at, revision
FROM analytics.engagement_alerts WHERE member_id = $1 AND state <> 6 AND ($2::bool OR (state IN (0, 1) AND valid_until > now()))
ORDER BY CASE WHEN $2::bool THEN created_at END DESC, priority DESC, score DESC, deadline, alert_id LIMIT $3::int8
