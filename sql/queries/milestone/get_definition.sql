-- A version of a milestone, the newest if none is named, with its backfill.
SELECT d.version, d.document, d.created_by, d.created_at, d.activated_at, d.retired_at, b.examined, b.awarded, b.skipped, b.started_at, b.finished_at
FROM analytics.milestone_definitions d LEFT JOIN analytics.milestone_backfills b USING (milestone_id, version)
WHERE d.milestone_id = $1 AND ($2::int4 = 0 OR d.version = $2::int4) ORDER BY d.version DESC LIMIT 1
