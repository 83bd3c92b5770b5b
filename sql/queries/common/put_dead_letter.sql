-- Puts an event aside with the reason.
INSERT INTO analytics.dead_letters (group_name, shard, position, reason, pointer) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (group_name, shard, position) DO UPDATE SET reason = excluded.reason, pointer = excluded.pointer, put_at = clock_timestamp()
