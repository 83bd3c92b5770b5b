-- Takes a milestone out of use; the version that was.
UPDATE analytics.milestone_definitions SET retired_at = clock_timestamp() WHERE milestone_id = $1 AND activated_at IS NOT NULL AND retired_at IS NULL RETURNING version
