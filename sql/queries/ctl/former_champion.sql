-- Where a rollback of a model leads: along what each replaced, past what is revoked.
WITH RECURSIVE former AS (
	SELECT replaces, 1 AS step FROM analytics.ml_model_metadata WHERE model_id = $1
	UNION ALL
	SELECT m.replaces, f.step + 1 FROM former f JOIN analytics.ml_model_metadata m ON m.model_id = f.replaces WHERE m.status = 'revoked' AND f.step < 1000)
SELECT m.model_id FROM former f JOIN analytics.ml_model_metadata m ON m.model_id = f.replaces WHERE m.status = 'retired' ORDER BY f.step LIMIT 1
