-- Claims shards in which a group is behind the one it follows, or has dead letters to try again.
SELECT c.shard, c.position, f.position, c.cache_position FROM analytics.consumer_positions c
JOIN analytics.consumer_positions f ON f.group_name = $3 AND f.shard = c.shard
WHERE c.group_name = $1 AND (f.position > c.position OR EXISTS (SELECT FROM analytics.dead_letters d
	WHERE d.group_name = $1 AND d.shard = c.shard AND d.replay_asked IS NOT NULL))
ORDER BY c.moved_at LIMIT $2 FOR UPDATE OF c SKIP LOCKED
