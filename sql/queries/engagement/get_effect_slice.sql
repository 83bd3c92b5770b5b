-- The next members to count: how many, and the last of them.
SELECT count(*), max(member_id) FROM
	(SELECT member_id FROM analytics.effect_members WHERE member_id > $1 ORDER BY member_id LIMIT $2::int8) slice
