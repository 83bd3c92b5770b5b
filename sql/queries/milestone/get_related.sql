-- What is known of these members' purchases and redemptions already.
SELECT k.member_id, l.position, l.type, l.time, l.body
FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::int2[]) AS u (member_id, entry_key, shard)) k
CROSS JOIN LATERAL (SELECT position FROM analytics.milestone_entries e WHERE e.member_id = k.member_id AND e.entry_key = k.entry_key OFFSET 0) e
CROSS JOIN LATERAL (SELECT * FROM analytics.event_log l WHERE l.shard = k.shard AND l.position = e.position OFFSET 0) l
ORDER BY l.position
