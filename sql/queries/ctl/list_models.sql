-- Models, newest of each kind first; null kind and id mean all of them.
SELECT m.model_id, m.kind, m.version, m.status, encode(m.file_hash, 'hex') AS file_hash, m.algorithm, m.name,
	to_char(coalesce(m.promoted_at, m.created_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
	json_build_object('model_id', m.model_id, 'kind', m.kind, 'version', m.version, 'name', m.name, 'algorithm', m.algorithm, 'status', m.status,
		'file_hash', encode(m.file_hash, 'hex'), 'file_bytes', m.file_bytes, 'signature', encode(m.signature, 'hex'), 'key_id', m.key_id,
		'metrics', m.metrics, 'baseline', m.baseline, 'features', m.features, 'feature_schema_hash', encode(m.feature_schema_hash, 'hex'),
		'training_from', m.training_from AT TIME ZONE 'UTC', 'training_to', m.training_to AT TIME ZONE 'UTC', 'data_hash', m.data_hash,
		'seed', m.seed, 'parent', m.parent, 'trained_at', m.trained_at AT TIME ZONE 'UTC', 'created_by', m.created_by,
		'created_at', m.created_at AT TIME ZONE 'UTC', 'promoted_by', m.promoted_by, 'promoted_at', m.promoted_at AT TIME ZONE 'UTC',
		'replaces', m.replaces, 'changed_by', m.changed_by, 'reason', m.reason) AS document
FROM analytics.ml_model_metadata m
WHERE ($1::text IS NULL OR m.kind = $1::text) AND ($2::text IS NULL OR m.model_id = $2::text) ORDER BY m.kind, m.version DESC
