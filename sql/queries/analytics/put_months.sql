-- Writes months back, new ones too.
INSERT INTO analytics.spending_summaries (member_id, period_start, spend, merchants, channels, points)
SELECT * FROM unnest($1::text[], $2::date[], $3::json[], $4::json[], $5::json[], $6::json[])
ON CONFLICT (member_id, period_start) DO UPDATE SET spend = excluded.spend, merchants = excluded.merchants,
	channels = excluded.channels, points = excluded.points
