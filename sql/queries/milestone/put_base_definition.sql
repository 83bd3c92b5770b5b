-- A definition of the release, put to use where there is none of that name or the newest is of an earlier release.
WITH newest AS (SELECT n.version, n.document, n.created_by FROM (SELECT 1) one LEFT JOIN LATERAL (SELECT version, document::text AS document, created_by
		FROM analytics.milestone_definitions WHERE milestone_id = $1 ORDER BY version DESC LIMIT 1) n ON true),
	wanted AS (SELECT version FROM newest WHERE version IS NULL OR (created_by = 'release' AND document <> $2::text)),
	retired AS (UPDATE analytics.milestone_definitions d SET retired_at = clock_timestamp() FROM wanted WHERE d.milestone_id = $1
		AND d.activated_at IS NOT NULL AND d.retired_at IS NULL RETURNING d.version)
INSERT INTO analytics.milestone_definitions (milestone_id, version, document, created_by, activated_at)
SELECT $1, coalesce(version, 0) + 1, $2::json, 'release', clock_timestamp() FROM wanted WHERE (SELECT count(*) FROM retired) >= 0 ON CONFLICT DO NOTHING
