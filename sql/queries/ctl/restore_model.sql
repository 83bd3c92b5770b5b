-- Puts a former champion into use again; what it once replaced stays as it was.
UPDATE analytics.ml_model_metadata SET status = 'champion', promoted_by = $2, promoted_at = clock_timestamp(), changed_by = $2, reason = $3::text
WHERE model_id = $1 RETURNING model_id
