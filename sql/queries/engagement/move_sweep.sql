-- How far an offer has come, and to how many; outcome, if it is through.
UPDATE analytics.engagement_sweeps SET slot = $2::int4, examined = examined + $3::int8, marked = marked + $3::int8,
	look_at = clock_timestamp(), outcome = $4::text, finished_at = CASE WHEN $4::text IS NOT NULL THEN clock_timestamp() END WHERE sweep_id = $1
