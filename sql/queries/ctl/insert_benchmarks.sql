-- The rows of a file of market data.
INSERT INTO analytics.benchmarks (period_start, region, category, currency, average_spend_minor)
SELECT period_start, region, category, currency, average_spend_minor FROM json_to_recordset($1::json)
	AS r (period_start date, region text, category text, currency text, average_spend_minor bigint)
