-- How many intents of a lane are open, counted up to a number.
SELECT count(*) FROM (SELECT 1 FROM analytics.notifications WHERE stage = 0 AND priority = $1::int2 LIMIT $2::int8) open
