-- The next version of a rule, unless the newest is another than $2 (0: whichever); tells all instances. Its number.
WITH newest AS (SELECT coalesce(max(version), 0) AS version FROM analytics.engagement_rules WHERE rule_id = $1),
made AS (INSERT INTO analytics.engagement_rules (rule_id, version, document, created_by)
	SELECT $1, version + 1, $3::json, $4 FROM newest WHERE $2::int8 IN (0, version) ON CONFLICT DO NOTHING RETURNING version),
told AS (UPDATE analytics.engagement_programme SET rules_version = rules_version + 1 WHERE EXISTS (SELECT FROM made))
SELECT version FROM made
