-- How many events a group has yet to apply, and the age of the oldest.
SELECT sum(h.position - c.position)::int8 FROM analytics.consumer_positions c JOIN analytics.shard_heads h USING (shard) WHERE c.group_name = $1
