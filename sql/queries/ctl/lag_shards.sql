-- The same by shard, only where there is something to do.
SELECT p.group_name, p.shard, p.position, h.position AS head, h.position - p.position AS events
FROM analytics.consumer_positions p JOIN analytics.shard_heads h USING (shard)
WHERE h.position > p.position ORDER BY 1, 2;
