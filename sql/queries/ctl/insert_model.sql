-- Takes a verified model in, as a candidate.
INSERT INTO analytics.ml_model_metadata (model_id, kind, version, name, algorithm, file_hash, file_bytes, signature, key_id, metrics, baseline,
	features, feature_schema_hash, training_from, training_to, data_hash, seed, parent, trained_at, created_by, changed_by)
VALUES ($1, $2, $3::bigint, $4, $5, decode($6::text, 'hex'), $7::bigint, decode($8::text, 'hex'), $9, $10::json, $11::json, $12::json,
	decode($13::text, 'hex'), $14::timestamptz, $15::timestamptz, $16, $17::bigint, $18, $19::timestamptz, $20, $20)
