-- Another day begins for it.
UPDATE analytics.milestone_sweeps SET day = $3::date, driver = $4::int4::int2, after_member = '', examined = 0, awarded = 0,
	started_at = clock_timestamp(), finished_at = NULL WHERE milestone_id = $1 AND version = $2::int4
