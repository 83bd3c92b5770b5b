-- What facts need of the months of several members from $2 on, by member, oldest first.
SELECT member_id, period_start, spend, NULL::json, channels, points FROM analytics.spending_summaries
WHERE member_id = ANY($1::text[]) AND period_start >= $2::date ORDER BY member_id, period_start
