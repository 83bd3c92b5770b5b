-- Hands dead letters back to their group; null shard and position mean all of the group's.
UPDATE analytics.dead_letters SET replay_asked = clock_timestamp()
WHERE group_name = $1 AND ($2::int IS NULL OR shard = $2::int) AND ($3::bigint IS NULL OR position = $3::bigint);
