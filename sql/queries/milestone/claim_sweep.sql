-- The milestone over facts that waits longest: half through the members, or not begun on the day $1 whose facts are all there by now, and its
-- backfill is through. Held to the commit, no other instance waits for it.
SELECT s.milestone_id, s.version, s.finished_at IS NOT NULL, s.driver, s.after_member FROM analytics.milestone_sweeps s
JOIN analytics.milestone_definitions d ON d.milestone_id = s.milestone_id AND d.version = s.version AND d.activated_at IS NOT NULL AND d.retired_at IS NULL
WHERE (s.finished_at IS NULL OR (s.day < $1::date AND NOT EXISTS (SELECT FROM analytics.member_facts WHERE facts_day < $1::date)))
	AND NOT EXISTS (SELECT FROM analytics.milestone_backfills b WHERE b.milestone_id = s.milestone_id AND b.version = s.version AND b.finished_at IS NULL)
ORDER BY s.day, s.milestone_id LIMIT 1 FOR UPDATE OF s SKIP LOCKED
