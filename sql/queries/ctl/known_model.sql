-- What stands in the way of a model: the same file, or its version of its kind; and the version in use.
SELECT (SELECT status FROM analytics.ml_model_metadata WHERE file_hash = decode($1::text, 'hex')) AS same_file,
	(SELECT model_id FROM analytics.ml_model_metadata WHERE kind = $2 AND version = $3::bigint) AS same_version,
	(SELECT version FROM analytics.ml_model_metadata WHERE kind = $2 AND status = 'champion') AS in_use
