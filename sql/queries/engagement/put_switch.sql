-- Stops alerts or lets them be made; a share below 0 leaves the holdout's as it is. Who is in it goes by the hash: of a larger one the smaller is a part.
UPDATE analytics.engagement_programme SET running = $1::bool, reason = $2, changed_by = $3, changed_at = clock_timestamp(),
	holdout_share = CASE WHEN $4::float8 < 0 THEN holdout_share ELSE $4::float8 END, rules_version = rules_version + 1
RETURNING running, reason, changed_by, changed_at, holdout_share
