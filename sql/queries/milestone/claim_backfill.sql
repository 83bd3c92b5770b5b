-- The oldest definition whose members of before are not through; held to the commit, no other instance waits for it.
SELECT milestone_id, version, after_member FROM analytics.milestone_backfills WHERE finished_at IS NULL ORDER BY started_at LIMIT 1 FOR UPDATE SKIP LOCKED
