-- Claims shards in which a group is behind the head; other instances take other shards.
SELECT c.shard, c.position, h.position, c.cache_position FROM analytics.consumer_positions c JOIN analytics.shard_heads h USING (shard)
WHERE c.group_name = $1 AND h.position > c.position ORDER BY c.moved_at LIMIT $2 FOR UPDATE OF c SKIP LOCKED
