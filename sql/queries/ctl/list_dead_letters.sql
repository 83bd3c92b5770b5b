-- Events that were put aside, oldest first; null group, shard and position mean all.
SELECT d.group_name, d.shard, d.position, e.type, e.member_id, d.pointer, d.reason,
	to_char(d.put_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS put_at, (d.replay_asked IS NOT NULL)::text AS replay, e.body::text
FROM analytics.dead_letters d JOIN analytics.event_log e USING (shard, position)
WHERE ($1::text IS NULL OR d.group_name = $1) AND ($2::int IS NULL OR d.shard = $2::int) AND ($3::bigint IS NULL OR d.position = $3::bigint)
ORDER BY d.put_at, d.group_name, d.shard, d.position LIMIT $4::int;
