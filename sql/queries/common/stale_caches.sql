-- Members whose caches may outlive a crash between commit and drop.
SELECT DISTINCT e.member_id FROM analytics.consumer_positions c JOIN analytics.event_log e
ON e.shard = c.shard AND e.position > c.cache_position AND e.position <= c.position
WHERE c.group_name = $1 AND c.shard = ANY($2::int2[]) AND c.cache_position < c.position
