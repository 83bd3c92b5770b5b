-- How far it has come; null as the place: it is through.
UPDATE analytics.milestone_sweeps SET after_member = coalesce($3, after_member), examined = examined + $4::int8, awarded = awarded + $5::int8,
	finished_at = CASE WHEN $3 IS NULL THEN clock_timestamp() END WHERE milestone_id = $1 AND version = $2::int4
