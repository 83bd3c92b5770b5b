-- Points ledgers by member.
SELECT member_id, entries FROM analytics.points_ledgers WHERE member_id = ANY($1::text[])
