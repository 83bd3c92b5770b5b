-- A member's value there, and how many are before it, counted up to 10,000.
SELECT p.value, (SELECT count(*) FROM (SELECT FROM analytics.milestone_progress o WHERE o.shown AND o.milestone_id = $1 AND o.bucket = $2
	AND (o.value > p.value OR (o.value = p.value AND o.member_id < p.member_id)) LIMIT 10000) n)
FROM analytics.milestone_progress p WHERE p.shown AND p.milestone_id = $1 AND p.bucket = $2 AND p.member_id = $3
