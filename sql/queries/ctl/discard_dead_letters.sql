-- Forgets dead letters of a group; null shard and position mean all of them.
DELETE FROM analytics.dead_letters
WHERE group_name = $1 AND ($2::int IS NULL OR shard = $2::int) AND ($3::bigint IS NULL OR position = $3::bigint);
