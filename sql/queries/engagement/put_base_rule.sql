-- A rule of the release, where there is none of that name or the newest is of an earlier release; its state stays.
WITH newest AS (SELECT coalesce(n.version, 0) AS version, coalesce(n.state, 'active') AS state FROM (SELECT 1) one
	LEFT JOIN LATERAL (SELECT version, state, document::text AS document, created_by FROM analytics.engagement_rules WHERE rule_id = $1 ORDER BY version DESC LIMIT 1) n ON true
	WHERE n.version IS NULL OR (n.created_by = 'release' AND n.document <> $2::text)),
made AS (INSERT INTO analytics.engagement_rules (rule_id, version, document, state, created_by)
	SELECT $1, version + 1, $2::json, state, 'release' FROM newest ON CONFLICT DO NOTHING RETURNING version)
UPDATE analytics.engagement_programme SET rules_version = rules_version + 1 WHERE EXISTS (SELECT FROM made)
