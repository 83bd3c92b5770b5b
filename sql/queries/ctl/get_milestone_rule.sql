-- The version of a milestone that counts, else the newest.
SELECT version, document FROM analytics.milestone_definitions WHERE milestone_id = $1
ORDER BY activated_at IS NOT NULL AND retired_at IS NULL DESC, version DESC LIMIT 1
