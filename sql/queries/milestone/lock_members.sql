-- Members, held to the commit in the order of their ids.
SELECT member_id, profile, shown FROM analytics.milestone_members WHERE member_id = ANY ($1::text[]) ORDER BY member_id FOR UPDATE
