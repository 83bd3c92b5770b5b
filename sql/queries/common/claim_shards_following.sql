-- Claims shards in which a group is behind the one it follows.
SELECT c.shard, c.position, f.position, c.cache_position FROM analytics.consumer_positions c
JOIN analytics.consumer_positions f ON f.group_name = $3 AND f.shard = c.shard
WHERE c.group_name = $1 AND f.position > c.position ORDER BY c.moved_at LIMIT $2 FOR UPDATE OF c SKIP LOCKED
