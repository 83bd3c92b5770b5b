-- How many members there are up to one, counted up to a number, and about how many there are at all.
SELECT (SELECT count(*) FROM (SELECT 1 FROM analytics.member_facts WHERE member_id <= $1 LIMIT $2::int8) passed),
	(SELECT greatest(reltuples, 0)::int8 FROM pg_class WHERE oid = 'analytics.member_analytics'::regclass)
