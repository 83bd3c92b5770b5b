-- Moves a group's claimed positions on; unless drops are owed ($4 = 0) caches were dropped for everything before this batch.
UPDATE analytics.consumer_positions c SET position = n.position, cache_position = CASE WHEN $4::int8 = 0 THEN c.cache_position ELSE c.position END, moved_at = clock_timestamp()
FROM unnest($2::int2[], $3::int8[]) AS n (shard, position) WHERE c.group_name = $1 AND c.shard = n.shard
