-- A model is never to be used again.
UPDATE analytics.ml_model_metadata SET status = 'revoked', changed_by = $2, reason = $3 WHERE model_id = $1 RETURNING model_id
