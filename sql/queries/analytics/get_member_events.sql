-- All events of one member between two positions of its shard.
SELECT shard, position, type, member_id, time, received_at, body FROM analytics.event_log
WHERE shard = $1::int2 AND position >= $2::int8 AND position <= $3::int8 AND member_id = $4 ORDER BY position
