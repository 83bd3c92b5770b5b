-- What is not in the lanes: waiting for a digest, and dead letters; at most 2,001 of each.
SELECT (SELECT count(*) FROM (SELECT FROM analytics.notifications WHERE stage = 1 LIMIT 2001) d),
	(SELECT count(*) FROM (SELECT FROM analytics.notification_dead_letters LIMIT 2001) d)
