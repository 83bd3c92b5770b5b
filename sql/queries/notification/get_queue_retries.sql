-- Of each provider what waits for a retry, at most 2,001, and the time at which the oldest of these was asked for.
SELECT p, n, oldest FROM unnest($1::text[]) AS p, LATERAL (SELECT count(*) AS n, min(created_at) AS oldest
	FROM (SELECT created_at FROM analytics.notifications WHERE provider = p AND stage = 0 AND tries > 0 AND status < 2 ORDER BY due_at LIMIT 2001) first) f
