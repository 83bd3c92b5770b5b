-- Facts of members, unless an event has come in between, and with them what the members are found by.
WITH put AS (UPDATE analytics.member_analytics m SET facts_day = $4::date, facts = u.facts
	FROM unnest($1::text[], $2::int8[], $3::json[], $5::text[]) AS u (member_id, position, facts, buys)
	WHERE m.member_id = u.member_id AND m.position = u.position
	RETURNING m.member_id, m.tier, m.region, (u.facts ->> 'points_balance')::int8 AS points, (u.facts ->> 'days_since_purchase')::int8 AS idle, u.buys::text[])
INSERT INTO analytics.member_fact_keys AS k (member_id, tier, region, points, idle, buys) SELECT * FROM put
ON CONFLICT (member_id) DO UPDATE SET tier = excluded.tier, region = excluded.region, points = excluded.points, idle = excluded.idle, buys = excluded.buys
WHERE (k.tier, k.region, k.points, k.idle, k.buys) IS DISTINCT FROM (excluded.tier, excluded.region, excluded.points, excluded.idle, excluded.buys)
