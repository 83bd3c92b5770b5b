-- How many of a campaign's notifications are in each state: of those that are open, and of each final state, counted up to a number.
SELECT status, count(*) FROM (SELECT status FROM analytics.notifications WHERE campaign_id = $1 AND outcome < 4 LIMIT $2::int8) open GROUP BY status
UNION ALL
SELECT s.status, c.n FROM unnest('{4,5,6,7,8,9}'::int2[]) AS s (status), LATERAL (SELECT count(*) AS n FROM
	(SELECT 1 FROM analytics.notifications WHERE campaign_id = $1 AND outcome = s.status LIMIT $2::int8) few) c WHERE c.n > 0
ORDER BY 1
