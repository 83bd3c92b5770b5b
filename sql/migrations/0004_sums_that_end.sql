-- Cells hold sums that stop at the ends of int64; adding some up must not say "out of range".

CREATE OR REPLACE VIEW analytics.spending_by_month AS
	SELECT member_id, date_trunc('month', day)::date AS month, currency, category,
		least(greatest(sum(spend_minor), -9223372036854775808), 9223372036854775807)::bigint AS spend_minor,
		sum(purchases)::bigint AS purchases, sum(reversals)::bigint AS reversals
	FROM analytics.spending_by_day GROUP BY 1, 2, 3, 4;
