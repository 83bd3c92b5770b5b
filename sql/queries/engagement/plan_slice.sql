-- The next $2 members after $1 become due, each within $4 microseconds at the time that its share says. How many they were, and the last.
WITH slice AS (SELECT member_id FROM analytics.engagement_pending WHERE member_id > $1 ORDER BY member_id LIMIT $2::int8 FOR NO KEY UPDATE),
moved AS (UPDATE analytics.engagement_pending p SET due_at = least(p.due_at, now() + analytics.engagement_share($3::bytea, 'plan', p.member_id) * $4::int8 * interval '1 microsecond')
	FROM slice s WHERE p.member_id = s.member_id)
SELECT count(*), max(member_id) FROM slice
