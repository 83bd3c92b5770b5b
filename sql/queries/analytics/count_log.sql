-- How many events the log holds.
SELECT sum(position)::int8 FROM analytics.shard_heads
