-- Members by id, with their lifetime state.
SELECT member_id, shard, first_position, position, last_event_at, enrolled_at, profile_time, time_zone, locale, region, birth_date,
	tier, tier_since, tier_valid_until, transactions, reversals, first_transaction_at, last_transaction_at,
	points_balance, points_earned, points_redeemed, points_expired, state
FROM analytics.member_analytics WHERE member_id = ANY($1::text[])
