-- Facts that members can be looked for by, and campaigns: notifications to whomever a rule is true of.

-- Of what is in the facts, what audiences are most often told by. Made by PostgreSQL, so that no writer can leave them behind;
-- two only, since each reads the document once more at every change of it.
ALTER TABLE analytics.member_analytics
	ADD COLUMN fact_points bigint GENERATED ALWAYS AS ((facts ->> 'points_balance')::bigint) STORED,
	ADD COLUMN fact_idle bigint GENERATED ALWAYS AS ((facts ->> 'days_since_purchase')::bigint) STORED;
COMMENT ON COLUMN analytics.member_analytics.fact_points IS 'points_balance of the facts';
COMMENT ON COLUMN analytics.member_analytics.fact_idle IS 'days_since_purchase of the facts';

-- Scales, so that an index finds an interval of values in the order of the members: an interval is a few steps. -1: not known.
CREATE FUNCTION analytics.points_class(points float8) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(width_bucket(points, '{1,50,100,200,500,1000,2000,5000,10000,20000,50000,100000}'::float8[]), -1);
CREATE FUNCTION analytics.idle_class(days float8) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(width_bucket(days, '{8,15,31,61,91,121,181,271,366,548}'::float8[]), -1);

CREATE INDEX member_analytics_tier ON analytics.member_analytics (tier, member_id);
CREATE INDEX member_analytics_region ON analytics.member_analytics (region, member_id);
CREATE INDEX member_analytics_points ON analytics.member_analytics (analytics.points_class(fact_points), member_id);
CREATE INDEX member_analytics_idle ON analytics.member_analytics (analytics.idle_class(fact_idle), member_id);

CREATE VIEW analytics.member_facts AS
	SELECT member_id, tier, region, locale, enrolled_at, tier_since, tier_valid_until, transactions, reversals, spend_minor,
		first_transaction_at, last_transaction_at, points_earned, points_redeemed, points_expired, next_expiry_at, facts,
		fact_points, fact_idle
	FROM analytics.member_analytics;
COMMENT ON VIEW analytics.member_facts IS 'What rules may ask of a member (docs/audiences.md), and what members are found by; analytics writes it';

CREATE TABLE analytics.notification_campaigns (
	campaign_id      text PRIMARY KEY,
	client           text        NOT NULL,
	request          json        NOT NULL,
	category         text        NOT NULL,
	template         text        NOT NULL,
	template_version integer     NOT NULL,
	priority         smallint    NOT NULL,
	status           smallint    NOT NULL DEFAULT 0,
	created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
	look_at          timestamptz NOT NULL,
	started_at       timestamptz,
	finished_at      timestamptz,
	driver           smallint,
	after_member     text        NOT NULL DEFAULT '',
	examined         bigint      NOT NULL DEFAULT 0,
	judged           bigint      NOT NULL DEFAULT 0,
	matched          bigint      NOT NULL DEFAULT 0,
	made             bigint      NOT NULL DEFAULT 0,
	failed           bigint      NOT NULL DEFAULT 0,
	fault            text
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.notification_campaigns IS 'Notifications to an audience: the request, and how far it has been turned into intents';
COMMENT ON COLUMN analytics.notification_campaigns.status IS '0 expanding, 1 expanded, 2 cancelled, 3 expired';
COMMENT ON COLUMN analytics.notification_campaigns.request IS 'The body of the send; each intent is made of it as one for a list would be';
COMMENT ON COLUMN analytics.notification_campaigns.look_at IS 'When the next slice is due: campaigns take turns';
COMMENT ON COLUMN analytics.notification_campaigns.driver IS 'Which index names the candidates: 0 all members, 1 tier, 2 region, 3 points, 4 days without a purchase; null until the first slice';
COMMENT ON COLUMN analytics.notification_campaigns.after_member IS 'All candidates up to this one have their intents; moves in the same transaction';
COMMENT ON COLUMN analytics.notification_campaigns.judged IS 'Candidates that the rule was run for; examined counts those, too, that the pre-filter kept out';
COMMENT ON COLUMN analytics.notification_campaigns.failed IS 'Members for whom the rule ran into a limit; fault is the last such';
CREATE INDEX notification_campaigns_due ON analytics.notification_campaigns (look_at) WHERE finished_at IS NULL;

ALTER TABLE analytics.notifications
	ADD COLUMN campaign_id text,
	ADD COLUMN outcome smallint GENERATED ALWAYS AS (CASE WHEN status IN (0, 1, 3) THEN 0 ELSE status END) STORED;
COMMENT ON COLUMN analytics.notifications.campaign_id IS 'The campaign that made it; null for one that was asked for by member';
COMMENT ON COLUMN analytics.notifications.outcome IS 'The status, but 0 for all that is in the queue: a claim does not change it, and need not touch the index';
CREATE INDEX notifications_campaign ON analytics.notifications (campaign_id, outcome) WHERE campaign_id IS NOT NULL;

GRANT SELECT ON analytics.member_facts TO ae_notification;
GRANT SELECT, INSERT, UPDATE ON analytics.notification_campaigns TO ae_notification;
