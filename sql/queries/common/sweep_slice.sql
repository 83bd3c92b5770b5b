-- The next candidates of a sweep in order of their ids, about $2 of them, from the index that $3 names: 0 every member, 1 tier, 2 region,
-- 3 points, 4 days without a purchase. Facts come with those that all bounds admit; reach is the place to go on from, null at the end.
-- A key is asked for as a range, which only its own index has in order: by an equality the planner may go through all members instead.
WITH keys AS (SELECT CASE $3::int2
		WHEN 1 THEN $4::text[] WHEN 2 THEN $6::text[]
		WHEN 3 THEN ARRAY(SELECT generate_series(analytics.points_class($8::float8), analytics.points_class($9::float8))::text WHERE $8::float8 <= $9::float8 UNION ALL SELECT '-1' WHERE $10::bool)
		WHEN 4 THEN ARRAY(SELECT generate_series(analytics.idle_class($11::float8), analytics.idle_class($12::float8))::text WHERE $11::float8 <= $12::float8 UNION ALL SELECT '-1' WHERE $13::bool)
		ELSE '{all}' END AS list),
each AS (SELECT greatest($2::int8 / greatest(cardinality(list), 1), 1) AS most FROM keys),
found AS MATERIALIZED (
	SELECT k.key, c.member_id FROM keys, unnest(list) AS k (key), LATERAL (SELECT member_id FROM analytics.member_fact_keys
		WHERE (tier, member_id) > (k.key, $1::text) AND tier <= k.key ORDER BY tier, member_id LIMIT (SELECT most FROM each)) c WHERE $3::int2 = 1
	UNION ALL
	SELECT k.key, c.member_id FROM keys, unnest(list) AS k (key), LATERAL (SELECT member_id FROM analytics.member_fact_keys
		WHERE (region, member_id) > (k.key, $1::text) AND region <= k.key ORDER BY region, member_id LIMIT (SELECT most FROM each)) c WHERE $3::int2 = 2
	UNION ALL
	SELECT k.key, c.member_id FROM keys, unnest(list) AS k (key), LATERAL (SELECT member_id FROM analytics.member_fact_keys
		WHERE (points_class, member_id) > (k.key::int2, $1::text) AND points_class <= k.key::int2 ORDER BY points_class, member_id LIMIT (SELECT most FROM each)) c WHERE $3::int2 = 3
	UNION ALL
	SELECT k.key, c.member_id FROM keys, unnest(list) AS k (key), LATERAL (SELECT member_id FROM analytics.member_fact_keys
		WHERE (idle_class, member_id) > (k.key::int2, $1::text) AND idle_class <= k.key::int2 ORDER BY idle_class, member_id LIMIT (SELECT most FROM each)) c WHERE $3::int2 = 4
	UNION ALL
	SELECT 'all', c.member_id FROM (SELECT member_id FROM analytics.member_fact_keys
		WHERE member_id > $1::text ORDER BY member_id LIMIT (SELECT most FROM each)) c WHERE $3::int2 = 0),
reach AS (SELECT min(last) AS last FROM (SELECT max(member_id) AS last, count(*) AS n FROM found GROUP BY key) t, each WHERE n = most)
SELECT f.member_id, r.last, m.position, m.facts_day, m.facts, m.tier, m.region, m.locale, m.birth_date, m.enrolled_at, m.tier_since, m.tier_valid_until,
	m.transactions, m.reversals, m.spend_minor, m.first_transaction_at, m.last_transaction_at, m.points_earned, m.points_redeemed,
	m.points_expired, m.next_expiry_at
FROM found f CROSS JOIN reach r LEFT JOIN LATERAL (SELECT m.* FROM analytics.member_fact_keys k
	JOIN analytics.member_facts m ON m.member_id = k.member_id WHERE k.member_id = f.member_id AND m.facts IS NOT NULL
	AND ($4::text[] IS NULL OR k.tier = ANY ($4::text[]) OR ($5::bool AND k.tier IS NULL))
	AND ($6::text[] IS NULL OR k.region = ANY ($6::text[]) OR ($7::bool AND k.region IS NULL))
	AND (k.points BETWEEN $8::float8 AND $9::float8 OR ($10::bool AND k.points IS NULL))
	AND (k.idle BETWEEN $11::float8 AND $12::float8 OR ($13::bool AND k.idle IS NULL))
	OFFSET 0) m ON true
WHERE r.last IS NULL OR f.member_id <= r.last ORDER BY f.member_id
