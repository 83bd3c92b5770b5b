-- The next version of a milestone; its number.
INSERT INTO analytics.milestone_definitions (milestone_id, version, document, created_by)
SELECT $1, coalesce(max(version), 0) + 1, $2::json, $3 FROM analytics.milestone_definitions WHERE milestone_id = $1
ON CONFLICT DO NOTHING RETURNING version
