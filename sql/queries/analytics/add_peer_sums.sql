-- Adds members after $1 up to $2 to the sums of pass $3, months $4 to $5.
INSERT INTO analytics.peer_sums AS p (month, pass, tier, currency, region, category, spend_minor, members)
WITH cells AS (
	SELECT m.member_id, coalesce(m.tier, '') AS tier, coalesce(m.region, '') AS region, s.period_start AS month,
		c ->> 0 AS currency, c ->> 2 AS category, sum((c ->> 3)::float8) AS spend
	FROM analytics.member_analytics m JOIN analytics.spending_summaries s ON s.member_id = m.member_id
		AND s.period_start >= $4::date AND s.period_start <= $5::date,
		json_array_elements(s.spend) c
	WHERE m.member_id > $1 AND m.member_id <= $2 GROUP BY 1, 2, 3, 4, 5, 6
), spends AS (
	SELECT month, tier, region, currency, category, spend FROM cells
	UNION ALL
	SELECT month, tier, region, currency, '', sum(spend) FROM cells GROUP BY member_id, 1, 2, 3, 4
), circles AS (
	SELECT month, tier, region, currency, category, spend FROM spends
	UNION ALL
	SELECT month, tier, '', currency, category, spend FROM spends WHERE region <> ''
)
SELECT month, $3::int8, tier, currency, region, category, sum(spend), count(*) FROM circles WHERE spend > 0 GROUP BY 1, 3, 4, 5, 6
ON CONFLICT (month, pass, tier, currency, region, category)
	DO UPDATE SET spend_minor = p.spend_minor + excluded.spend_minor, members = p.members + excluded.members
