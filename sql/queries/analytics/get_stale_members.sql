-- Members whose facts are to be computed: changed ones after $1 by id, locked against a second instance.
SELECT member_id FROM analytics.member_analytics WHERE facts_day IS NULL AND member_id > $1
ORDER BY facts_day NULLS FIRST, member_id LIMIT $2::int8 FOR NO KEY UPDATE SKIP LOCKED
