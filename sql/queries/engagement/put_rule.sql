-- The next version of a rule, unless the newest is another than $2 (0: whichever); tells all instances. Its number and state: what was paused stays so.
WITH newest AS (SELECT coalesce(n.version, 0) AS version, CASE WHEN n.state = 'paused' THEN 'paused' ELSE 'active' END AS state FROM (SELECT 1) one
	LEFT JOIN LATERAL (SELECT version, state FROM analytics.engagement_rules WHERE rule_id = $1 ORDER BY version DESC LIMIT 1) n ON true),
made AS (INSERT INTO analytics.engagement_rules (rule_id, version, document, state, created_by)
	SELECT $1, version + 1, $3::json, state, $4 FROM newest WHERE $2::int8 IN (0, version) ON CONFLICT DO NOTHING RETURNING version, state),
told AS (UPDATE analytics.engagement_programme SET rules_version = rules_version + 1 WHERE EXISTS (SELECT FROM made))
SELECT version, state FROM made
