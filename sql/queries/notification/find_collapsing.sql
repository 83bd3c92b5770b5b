-- Which of these members have an open intent of that collapse key.
SELECT DISTINCT member_id FROM analytics.notifications WHERE member_id = ANY ($1::text[]) AND stage < 2 AND status <> 3 AND collapse_key = $2
