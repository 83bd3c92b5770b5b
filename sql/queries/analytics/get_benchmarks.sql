-- Market averages month by month, for a region and for everywhere ('').
SELECT category, region, period_start, average_spend_minor FROM analytics.benchmarks
WHERE period_start >= $1::date AND period_start <= $2::date AND currency = $3 AND region IN ($4, '') ORDER BY category, period_start, region
