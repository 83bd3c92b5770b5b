-- How far a campaign has come: what a slice adds, the place it goes on from (null: it is through), and when to look again.
UPDATE analytics.notification_campaigns SET driver = nullif($2::int2, -1), after_member = coalesce($3, after_member), examined = examined + $4::int8,
	judged = judged + $5::int8, matched = matched + $6::int8, made = made + $7::int8, failed = failed + $8::int8,
	fault = coalesce($9, fault), status = $10::int2, look_at = clock_timestamp() + $11::int8 * interval '1 microsecond',
	started_at = coalesce(started_at, clock_timestamp()), finished_at = CASE WHEN $12::bool THEN clock_timestamp() END
WHERE campaign_id = $1
