-- Awards, new or in their next state.
INSERT INTO analytics.milestone_awards (member_id, milestone_id, occurrence, version, state, live, skipped, derived, position, achieved_at, reverted_at,
	value, target, bonus, late_days)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int4[], $5::int4[], $6::bool[], $7::bool[], $8::bool[], $9::int8[], $10::timestamptz[],
	$11::timestamptz[], $12::float8[], $13::float8[], $14::json[], $15::int4[])
ON CONFLICT (member_id, milestone_id, occurrence) DO UPDATE SET version = excluded.version, state = excluded.state, live = excluded.live,
	skipped = excluded.skipped, derived = excluded.derived, position = excluded.position, achieved_at = excluded.achieved_at,
	reverted_at = excluded.reverted_at, awarded_at = clock_timestamp(), value = excluded.value, target = excluded.target, bonus = excluded.bonus,
	late_days = excluded.late_days
