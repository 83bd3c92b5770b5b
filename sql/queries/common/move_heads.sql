-- Moves the held heads on.
UPDATE analytics.shard_heads h SET position = n.position FROM unnest($1::int2[], $2::int8[]) AS n (shard, position) WHERE h.shard = n.shard
