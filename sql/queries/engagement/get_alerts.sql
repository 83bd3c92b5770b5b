-- A member's alerts as replies tell them, ranked, after the alert $4 (null: from the first): the open ones or, with $2, all that were told, the newest first.
SELECT a.alert_id, a.rule_id, a.rule_version, a.kind, a.category, CASE WHEN a.state IN (0, 1) AND a.valid_until <= now() THEN 4 ELSE a.state END, a.priority,
	a.facts, a.sentence, a.suggested_action, a.link, a.deadline, a.valid_until, a.points_at_stake, a.value_minor, a.currency, a.created_at, a.revision
FROM analytics.engagement_alerts a LEFT JOIN analytics.engagement_alerts l ON l.member_id = a.member_id AND l.alert_id = $4::text
WHERE a.member_id = $1 AND a.state <> 6 AND ($2::bool OR (a.state IN (0, 1) AND a.valid_until > now()))
	AND ($4::text IS NULL OR (CASE WHEN $2::bool THEN -extract(epoch FROM a.created_at) ELSE 0 END, -a.priority, -a.score, coalesce(a.deadline, 'infinity'), a.alert_id)
		> (CASE WHEN $2::bool THEN -extract(epoch FROM l.created_at) ELSE 0 END, -l.priority, -l.score, coalesce(l.deadline, 'infinity'), l.alert_id))
ORDER BY CASE WHEN $2::bool THEN a.created_at END DESC, a.priority DESC, a.score DESC, coalesce(a.deadline, 'infinity'), a.alert_id LIMIT $3::int8
