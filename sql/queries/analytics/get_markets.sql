-- Market averages of one month each, in a region and everywhere.
SELECT k.key, b.region, b.category, b.average_spend_minor
FROM unnest($1::int8[], $2::text[], $3::text[], $4::date[]) AS k (key, region, currency, month)
JOIN analytics.benchmarks b ON b.period_start = k.month AND b.currency = k.currency AND b.region IN (k.region, '')
ORDER BY k.key, b.category, b.region
