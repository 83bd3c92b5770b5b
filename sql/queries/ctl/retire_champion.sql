-- Takes the champion of a kind out of use; its id, if there is one.
UPDATE analytics.ml_model_metadata SET status = 'retired', changed_by = $2, reason = $3::text WHERE kind = $1 AND status = 'champion' RETURNING model_id
