-- The first of a milestone's period, of those who agreed to be seen.
SELECT p.member_id, m.alias, p.value FROM (SELECT member_id, value FROM analytics.milestone_progress
	WHERE shown AND milestone_id = $1 AND bucket = $2 ORDER BY value DESC, member_id LIMIT $3::int8) p
JOIN analytics.milestone_members m USING (member_id) ORDER BY p.value DESC, p.member_id
