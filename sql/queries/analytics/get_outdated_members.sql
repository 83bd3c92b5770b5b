-- Members whose facts are of an earlier day than $1, the oldest first.
SELECT member_id FROM analytics.member_analytics WHERE facts_day < $1::date
ORDER BY facts_day NULLS FIRST, member_id LIMIT $2::int8 FOR NO KEY UPDATE SKIP LOCKED
