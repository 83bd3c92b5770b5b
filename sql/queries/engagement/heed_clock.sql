-- Of the next $2 members after $1 those are due who were looked at by a clock that has been set back since; the last of them, null: there is none.
WITH slice AS (SELECT member_id, judged_at > now() + interval '1 minute' AS ahead FROM analytics.engagement_pending
	WHERE member_id > $1 ORDER BY member_id LIMIT $2::int8),
held AS (SELECT member_id FROM analytics.engagement_pending WHERE member_id = ANY (ARRAY(SELECT member_id FROM slice WHERE ahead)) FOR NO KEY UPDATE SKIP LOCKED),
moved AS (UPDATE analytics.engagement_pending p SET due_at = least(p.due_at, now()) FROM held WHERE p.member_id = held.member_id)
SELECT max(member_id) FROM slice
