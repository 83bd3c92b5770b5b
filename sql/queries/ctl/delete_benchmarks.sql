-- Forgets the market data of the periods, regions and currencies that a file speaks of.
DELETE FROM analytics.benchmarks b
USING (SELECT DISTINCT period_start, region, currency
	FROM json_to_recordset($1::json) AS r (period_start date, region text, currency text)) g
WHERE b.period_start = g.period_start AND b.region = g.region AND b.currency = g.currency
