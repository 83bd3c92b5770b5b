-- Members of $1 whose progress on one of these milestones ($2) has a period before the name of $3, or many periods of a streak.
SELECT DISTINCT p.member_id FROM unnest($1::text[]) AS u (member_id)
CROSS JOIN LATERAL (SELECT * FROM analytics.milestone_progress p WHERE p.member_id = u.member_id OFFSET 0) p
JOIN unnest($2::text[], $3::text[]) AS d (milestone_id, name) ON d.milestone_id = p.milestone_id
WHERE ((p.state -> 0 ->> 0) COLLATE "C" < d.name AND json_array_length(p.state) > 1) OR json_array_length(p.state -> 0 -> 2) > $4::int8
