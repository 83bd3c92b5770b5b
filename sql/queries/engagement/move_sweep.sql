-- How far an offer has come; outcome, if it is through.
UPDATE analytics.engagement_sweeps SET after_member = coalesce($2, after_member), examined = examined + $3::int8, marked = marked + $4::int8,
	look_at = clock_timestamp(), outcome = $5::text, finished_at = CASE WHEN $5::text IS NOT NULL THEN clock_timestamp() END WHERE sweep_id = $1
