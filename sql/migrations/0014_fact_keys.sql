-- What members are found by moves into a table of its own that only the computing of facts writes: an event's update of
-- member_analytics, and that of its facts, no longer touch four indexes each.

CREATE TABLE analytics.member_fact_keys (
	member_id text PRIMARY KEY,
	tier      text,
	region    text,
	points    bigint,
	idle      bigint,
	points_class smallint NOT NULL GENERATED ALWAYS AS (analytics.points_class(points)) STORED,
	idle_class   smallint NOT NULL GENERATED ALWAYS AS (analytics.idle_class(idle)) STORED
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.member_fact_keys IS 'What members are found by in sweeps (common/sweep.c): written with their facts, a row for each member that has some';
COMMENT ON COLUMN analytics.member_fact_keys.points IS 'points_balance of the facts';
COMMENT ON COLUMN analytics.member_fact_keys.idle IS 'days_since_purchase of the facts';
COMMENT ON COLUMN analytics.member_fact_keys.points_class IS 'The step of a scale: indexed instead of the value, so that a change within a step touches no index';
INSERT INTO analytics.member_fact_keys (member_id, tier, region, points, idle)
	SELECT member_id, tier, region, fact_points, fact_idle FROM analytics.member_analytics WHERE facts IS NOT NULL;
CREATE INDEX member_fact_keys_tier ON analytics.member_fact_keys (tier, member_id);
CREATE INDEX member_fact_keys_region ON analytics.member_fact_keys (region, member_id);
CREATE INDEX member_fact_keys_points ON analytics.member_fact_keys (points_class, member_id);
CREATE INDEX member_fact_keys_idle ON analytics.member_fact_keys (idle_class, member_id);

-- The same columns as before, for programs of before; whoever does not ask for the two does not pay for the join.
CREATE OR REPLACE VIEW analytics.member_facts AS
	SELECT m.member_id, m.tier, m.region, m.locale, m.enrolled_at, m.tier_since, m.tier_valid_until, m.transactions, m.reversals,
		m.spend_minor, m.first_transaction_at, m.last_transaction_at, m.points_earned, m.points_redeemed, m.points_expired,
		m.next_expiry_at, m.facts, k.points AS fact_points, k.idle AS fact_idle, m.birth_date, m.shard, m.position, m.facts_day
	FROM analytics.member_analytics m LEFT JOIN analytics.member_fact_keys k ON k.member_id = m.member_id;
DROP INDEX analytics.member_analytics_tier, analytics.member_analytics_region;
ALTER TABLE analytics.member_analytics DROP COLUMN fact_points, DROP COLUMN fact_idle;

GRANT SELECT, INSERT, UPDATE, DELETE ON analytics.member_fact_keys TO ae_analytics;
GRANT SELECT ON analytics.member_fact_keys TO ae_notification, ae_milestone, ae_engagement;
