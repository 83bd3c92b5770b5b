-- Members whose facts were asked; not those that an event has outdated meanwhile.
DELETE FROM analytics.milestone_pending p USING unnest($1::text[], $2::int8[]) AS n (member_id, position)
WHERE p.member_id = n.member_id AND p.position <= n.position
