-- Market averages of a period and currency, for a region or else everywhere.
SELECT category, sum(average_spend_minor)::int8 AS average_spend_minor, region FROM analytics.benchmarks
WHERE period_start >= $1::date AND period_start <= $2::date AND currency = $3 AND region IN ($4, '')
GROUP BY category, region ORDER BY category, region
