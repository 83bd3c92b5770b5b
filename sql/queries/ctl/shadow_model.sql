-- A model is computed beside the one in use, and not used.
UPDATE analytics.ml_model_metadata SET status = 'shadow', changed_by = $2, reason = $3::text WHERE model_id = $1 AND status = 'candidate' RETURNING model_id
