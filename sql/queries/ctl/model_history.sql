-- Every change of a model, oldest first.
SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at, role_name, document::json ->> 'changed_by' AS changed_by,
	document::json ->> 'status' AS status, document::json ->> 'reason' AS reason, encode(hash, 'hex') AS hash
FROM analytics.ml_model_history WHERE model_id = $1 ORDER BY seq
