-- The queue by lane: how many are open, how many of them due, and since when the oldest of these waits.
SELECT priority, count(*), count(*) FILTER (WHERE due_at <= clock_timestamp()), count(*) FILTER (WHERE status = 3),
	min(due_at) FILTER (WHERE due_at <= clock_timestamp() AND status <> 3)
FROM analytics.notifications WHERE stage = 0 GROUP BY priority ORDER BY priority
