-- These members' events whose keys begin with $3, each member's in the order of the log.
SELECT u.member_id, l.position, l.type, l.time, l.body FROM unnest($1::text[], $2::int2[]) AS u (member_id, shard)
CROSS JOIN LATERAL (SELECT position FROM analytics.milestone_entries e WHERE e.member_id = u.member_id AND starts_with(e.entry_key, $3::text) OFFSET 0) e
CROSS JOIN LATERAL (SELECT * FROM analytics.event_log l WHERE l.shard = u.shard AND l.position = e.position OFFSET 0) l
ORDER BY u.member_id, l.position
