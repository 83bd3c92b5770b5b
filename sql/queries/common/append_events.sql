-- Appends events at positions given by the holder of the heads.
INSERT INTO analytics.event_log (shard, position, event_key, type, member_id, time, body)
SELECT * FROM unnest($1::int2[], $2::int8[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::json[])
