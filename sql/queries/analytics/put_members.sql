-- Writes members back, new ones too. facts_day null: the windowed facts are to be computed anew.
INSERT INTO analytics.member_analytics (member_id, shard, first_position, position, last_event_at, enrolled_at, profile_time,
	time_zone, locale, region, birth_date, tier, tier_since, tier_valid_until, transactions, reversals, currency, spend_minor,
	first_transaction_at, last_transaction_at, favourite_channel, points_balance, points_earned, points_redeemed,
	points_expired, next_expiry_at, state)
SELECT * FROM unnest($1::text[], $2::int2[], $3::int8[], $4::int8[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
	$8::text[], $9::text[], $10::text[], $11::date[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::int8[],
	$16::int8[], $17::text[], $18::int8[], $19::timestamptz[], $20::timestamptz[], $21::text[], $22::int8[], $23::int8[],
	$24::int8[], $25::int8[], $26::timestamptz[], $27::json[])
ON CONFLICT (member_id) DO UPDATE SET position = excluded.position, last_event_at = excluded.last_event_at,
	enrolled_at = excluded.enrolled_at, profile_time = excluded.profile_time, time_zone = excluded.time_zone,
	locale = excluded.locale, region = excluded.region, birth_date = excluded.birth_date, tier = excluded.tier,
	tier_since = excluded.tier_since, tier_valid_until = excluded.tier_valid_until, transactions = excluded.transactions,
	reversals = excluded.reversals, currency = excluded.currency, spend_minor = excluded.spend_minor,
	first_transaction_at = excluded.first_transaction_at, last_transaction_at = excluded.last_transaction_at,
	favourite_channel = excluded.favourite_channel, points_balance = excluded.points_balance,
	points_earned = excluded.points_earned, points_redeemed = excluded.points_redeemed,
	points_expired = excluded.points_expired, next_expiry_at = excluded.next_expiry_at, state = excluded.state, facts_day = NULL
