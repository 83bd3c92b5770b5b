-- Facts of members for whoever judges by them, with how fresh they are.

CREATE OR REPLACE VIEW analytics.member_facts AS
	SELECT member_id, tier, region, locale, enrolled_at, tier_since, tier_valid_until, transactions, reversals, spend_minor,
		first_transaction_at, last_transaction_at, points_earned, points_redeemed, points_expired, next_expiry_at, facts,
		fact_points, fact_idle, birth_date, shard, position, facts_day
	FROM analytics.member_analytics;
COMMENT ON VIEW analytics.member_facts IS 'What rules may ask of a member (docs/fact-vocabulary.md), and what members are found by; analytics writes it';
COMMENT ON COLUMN analytics.member_facts.position IS 'Of the last event that the columns count; facts counts it, too, if facts_day is not null';

GRANT SELECT ON analytics.member_facts TO ae_milestone, ae_engagement;

-- The document has new members: all are computed again, as they are each day, and judged by as they are until then.
UPDATE analytics.member_analytics SET facts_day = facts_day - 1 WHERE facts_day IS NOT NULL;
