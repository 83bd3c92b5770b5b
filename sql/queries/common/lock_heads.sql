-- Holds the heads of these shards to the commit, taken in shard order.
SELECT shard, position FROM analytics.shard_heads WHERE shard = ANY($1::int2[]) ORDER BY shard FOR UPDATE
