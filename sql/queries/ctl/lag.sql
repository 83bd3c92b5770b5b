-- How far each group is behind the log: events, shards, and how long the oldest waiting event has been there.
SELECT p.group_name, sum(h.position - p.position) AS events, count(*) FILTER (WHERE h.position > p.position) AS shards,
	coalesce(extract(epoch FROM clock_timestamp() - min(e.received_at)), 0)::numeric(20, 3) AS seconds,
	(SELECT count(*) FROM analytics.dead_letters d WHERE d.group_name = p.group_name) AS dead_letters
FROM analytics.consumer_positions p
JOIN analytics.shard_heads h USING (shard)
LEFT JOIN analytics.event_log e ON h.position > p.position AND e.shard = p.shard AND e.position = p.position + 1
GROUP BY p.group_name ORDER BY p.group_name;
