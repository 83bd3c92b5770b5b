-- Claims shards in which a group is behind the head, or has dead letters to try again; other instances take other shards.
SELECT c.shard, c.position, h.position, c.cache_position FROM analytics.consumer_positions c JOIN analytics.shard_heads h USING (shard)
WHERE c.group_name = $1 AND (h.position > c.position OR EXISTS (SELECT FROM analytics.dead_letters d
	WHERE d.group_name = $1 AND d.shard = c.shard AND d.replay_asked IS NOT NULL))
ORDER BY c.moved_at LIMIT $2 FOR UPDATE OF c SKIP LOCKED
