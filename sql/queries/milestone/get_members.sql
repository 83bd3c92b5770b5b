-- What is known of these members.
SELECT member_id, profile, shown FROM analytics.milestone_members WHERE member_id = ANY ($1::text[]) ORDER BY member_id
