-- New alerts; one that is there already stays as it is. Those that were new.
INSERT INTO analytics.engagement_alerts (member_id, alert_id, rule_id, rule_version, occasion, kind, category, promotional, state, priority, score,
	facts, sentence, suggested_action, link, deadline, valid_until, points_at_stake, value_minor, currency, lots, held_share, created_at)
SELECT *, $23::timestamptz FROM unnest($1::text[], $2::text[], $3::text[], $4::int4[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::int2[], $10::int2[],
	$11::float8[], $12::json[], $13::text[], $14::text[], $15::text[], $16::timestamptz[], $17::timestamptz[], $18::int8[], $19::int8[], $20::text[], $21::json[], $22::float8[])
ON CONFLICT (member_id, alert_id) DO NOTHING RETURNING member_id, alert_id, rule_id, state
