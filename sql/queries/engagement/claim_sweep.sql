-- The offer that waits longest for its next slice; held to the commit, no other instance waits for it.
SELECT sweep_id, category, slot, expires_at <= now() FROM analytics.engagement_sweeps
WHERE finished_at IS NULL AND look_at <= now() ORDER BY look_at LIMIT 1 FOR UPDATE SKIP LOCKED
