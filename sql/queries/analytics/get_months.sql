-- The months that a batch books into.
SELECT s.member_id, s.period_start, s.spend, s.merchants, s.channels, s.points
FROM unnest($1::text[], $2::date[]) AS k (member_id, period_start)
JOIN analytics.spending_summaries s ON s.member_id = k.member_id AND s.period_start = k.period_start
