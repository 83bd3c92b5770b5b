-- The next members in the order of their ids.
SELECT member_id FROM analytics.milestone_members WHERE member_id > $1::text ORDER BY member_id LIMIT $2::int8
