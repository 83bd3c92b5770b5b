-- The three before a place and the three behind it, with the one that is there.
SELECT n.member_id, m.alias, n.value FROM (
	(SELECT member_id, value FROM analytics.milestone_progress WHERE shown AND milestone_id = $1 AND bucket = $2
		AND value >= $4::float8 AND (value > $4::float8 OR member_id < $3::text) ORDER BY value, member_id DESC LIMIT 3)
	UNION ALL
	(SELECT member_id, value FROM analytics.milestone_progress WHERE shown AND milestone_id = $1 AND bucket = $2
		AND value <= $4::float8 AND (value < $4::float8 OR member_id >= $3::text) ORDER BY value DESC, member_id LIMIT 4)) n
JOIN analytics.milestone_members m USING (member_id) ORDER BY n.value DESC, n.member_id
