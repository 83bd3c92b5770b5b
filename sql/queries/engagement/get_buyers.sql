-- The next $3 members after $1 in the order of their ids, and whether they buy in the category $2.
SELECT member_id, coalesce((facts -> 'category_shares' ->> $2)::float8, 0) > 0 FROM (SELECT member_id, facts FROM analytics.member_facts
	WHERE member_id > $1 ORDER BY member_id LIMIT $3::int8) m ORDER BY member_id
