-- The next events of the claimed shards, at most $4 of each, in position order within a shard.
SELECT e.shard, e.position, e.type, e.member_id, e.time, e.received_at, e.body
FROM unnest($1::int2[], $2::int8[], $3::int8[]) AS c (shard, after, until)
CROSS JOIN LATERAL (SELECT * FROM analytics.event_log l WHERE l.shard = c.shard AND l.position > c.after AND l.position <= c.until
	ORDER BY l.position LIMIT $4::int8) e
