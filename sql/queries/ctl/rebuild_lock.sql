-- Takes a group's place in every shard, so that no daemon applies anything meanwhile.
SELECT shard FROM analytics.consumer_positions WHERE group_name = $1 ORDER BY shard FOR UPDATE;
