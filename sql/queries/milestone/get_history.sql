-- All of a member's events.
SELECT l.position, l.type, l.time, l.body FROM analytics.milestone_entries e
CROSS JOIN LATERAL (SELECT * FROM analytics.event_log l WHERE l.shard = $2::int2 AND l.position = e.position OFFSET 0) l
WHERE e.member_id = $1 ORDER BY l.position
