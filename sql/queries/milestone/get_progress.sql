-- What these members' events come to.
SELECT member_id, milestone_id, version, time_zone, state, forgotten FROM analytics.milestone_progress WHERE member_id = ANY ($1::text[])
