-- What members' events come to.
INSERT INTO analytics.milestone_progress (member_id, milestone_id, version, time_zone, state, bucket, value, shown, forgotten)
SELECT * FROM unnest($1::text[], $2::text[], $3::int4[], $4::text[], $5::json[], $6::text[], $7::float8[], $8::bool[], $9::date[])
ON CONFLICT (member_id, milestone_id) DO UPDATE SET version = excluded.version, time_zone = excluded.time_zone, state = excluded.state,
	bucket = excluded.bucket, value = excluded.value, shown = excluded.shown, forgotten = excluded.forgotten
