-- The next version of a milestone, unless the newest is another than $4 (0: whichever); its number.
INSERT INTO analytics.milestone_definitions (milestone_id, version, document, created_by)
SELECT $1, newest + 1, $2::json, $3 FROM (SELECT coalesce(max(version), 0) AS newest FROM analytics.milestone_definitions WHERE milestone_id = $1) n
WHERE $4::int8 IN (0, newest) ON CONFLICT DO NOTHING RETURNING version
