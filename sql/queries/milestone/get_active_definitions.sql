-- The definitions in use.
SELECT milestone_id, version, document, activated_at FROM analytics.milestone_definitions
WHERE activated_at IS NOT NULL AND retired_at IS NULL ORDER BY milestone_id
