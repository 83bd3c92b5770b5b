-- Puts a model into use in the place of another (null: of none).
UPDATE analytics.ml_model_metadata SET status = 'champion', promoted_by = $2, promoted_at = clock_timestamp(), replaces = $3::text,
	changed_by = $2, reason = $4::text
WHERE model_id = $1 AND version > coalesce((SELECT version FROM analytics.ml_model_metadata WHERE model_id = $3::text), 0)
RETURNING model_id
