-- Every milestone's newest version, and which one is in use.
SELECT n.milestone_id, n.version, n.document, n.created_by, n.created_at, a.version, a.activated_at
FROM (SELECT DISTINCT ON (milestone_id) * FROM analytics.milestone_definitions WHERE milestone_id > coalesce($1::text, '') ORDER BY milestone_id, version DESC LIMIT $2::int8) n
LEFT JOIN analytics.milestone_definitions a ON a.milestone_id = n.milestone_id AND a.activated_at IS NOT NULL AND a.retired_at IS NULL
ORDER BY n.milestone_id
