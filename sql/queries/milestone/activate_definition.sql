-- Puts a version to use that never was.
UPDATE analytics.milestone_definitions SET activated_at = $3 WHERE milestone_id = $1 AND version = $2 AND activated_at IS NULL RETURNING version
