-- What the members of some tiers spent, in a region and everywhere; with fewer than $7 members nothing is said.
SELECT k.key, p.month, p.region, p.category, p.spend_minor, p.members
FROM unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[]) AS k (key, tier, region, currency, from_month, to_month)
JOIN analytics.peer_months m ON m.month >= k.from_month AND m.month <= k.to_month
JOIN analytics.peer_sums p ON p.month = m.month AND p.pass = m.pass AND p.tier = k.tier AND p.currency = k.currency
	AND p.region IN (k.region, '')
WHERE p.members >= $7::int8 ORDER BY k.key, p.month, p.category, p.region
