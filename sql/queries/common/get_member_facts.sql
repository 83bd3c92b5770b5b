-- Facts of members in the order of their ids' places in $1; the second column is sweep_slice's.
SELECT m.member_id, NULL::text, m.position, m.facts_day, m.facts, m.tier, m.region, m.locale, m.birth_date, m.enrolled_at, m.tier_since, m.tier_valid_until,
	m.transactions, m.reversals, m.spend_minor, m.first_transaction_at, m.last_transaction_at, m.points_earned, m.points_redeemed,
	m.points_expired, m.next_expiry_at
FROM unnest($1::text[]) WITH ORDINALITY AS u (member_id, place) JOIN analytics.member_facts m ON m.member_id = u.member_id
ORDER BY u.place
