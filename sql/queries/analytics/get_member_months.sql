-- One member's months from $2 to $3, oldest first.
SELECT member_id, period_start, spend, merchants, channels, points FROM analytics.spending_summaries
WHERE member_id = $1 AND period_start >= $2::date AND period_start <= $3::date ORDER BY period_start
