-- The next events of the claimed shards, at most $4 of each, in position order within a shard; before them the dead letters that are to be tried again, taken off their list.
WITH again AS (DELETE FROM analytics.dead_letters d USING (SELECT r.shard, r.position FROM unnest($1::int2[]) AS c (shard)
		CROSS JOIN LATERAL (SELECT * FROM analytics.dead_letters q WHERE q.group_name = $5 AND q.shard = c.shard AND q.replay_asked IS NOT NULL
			ORDER BY q.position LIMIT $4::int8) r) t
	WHERE d.group_name = $5 AND d.shard = t.shard AND d.position = t.position RETURNING d.shard, d.position)
SELECT e.shard, e.position, e.type, e.member_id, e.time, e.received_at, e.body
FROM unnest($1::int2[], $2::int8[], $3::int8[]) AS c (shard, after, until)
CROSS JOIN LATERAL (
	SELECT l.* FROM again a JOIN analytics.event_log l USING (shard, position) WHERE a.shard = c.shard
	UNION ALL
	(SELECT * FROM analytics.event_log l WHERE l.shard = c.shard AND l.position > c.after AND l.position <= c.until
		AND NOT EXISTS (SELECT FROM again a WHERE a.shard = c.shard) ORDER BY l.position LIMIT $4::int8)
	ORDER BY position) e
