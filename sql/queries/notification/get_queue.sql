-- The queue by lane, from its first 2,000 open rows; what is more than that is the planner's estimate, and exact says so.
SELECT lane, exact, CASE WHEN exact THEN open ELSE greatest(open, analytics.notifications_estimate(lane, NULL, 'infinity')) END,
	CASE WHEN exact OR due < open THEN due ELSE greatest(due, analytics.notifications_estimate(lane, NULL, statement_timestamp())) END,
	CASE WHEN exact THEN held ELSE greatest(held, analytics.notifications_estimate(lane, 1::int2, 'infinity')) END, sending, oldest
FROM unnest('{0,1,2,3}'::int2[]) AS lane, LATERAL (
	SELECT count(*) <= 2000 AS exact, count(*) AS open, count(*) FILTER (WHERE due_at <= statement_timestamp()) AS due,
		count(*) FILTER (WHERE status = 1) AS held, count(*) FILTER (WHERE status = 3) AS sending,
		min(due_at) FILTER (WHERE due_at <= statement_timestamp() AND status <> 3) AS oldest
	FROM (SELECT due_at, status FROM analytics.notifications WHERE stage = 0 AND priority = lane ORDER BY due_at LIMIT 2001) first) f
ORDER BY lane
