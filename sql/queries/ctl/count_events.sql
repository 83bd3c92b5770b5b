-- How many events the log holds.
SELECT coalesce(sum(position), 0) FROM analytics.shard_heads;
