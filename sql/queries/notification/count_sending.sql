-- How many notifications of a member are on their way at this moment.
SELECT count(*) FROM analytics.notifications WHERE member_id = $1 AND stage < 2 AND status = 3
