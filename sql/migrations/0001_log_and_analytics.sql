-- The event log with its consumer groups, and what the analytics daemon keeps from it.

CREATE SCHEMA IF NOT EXISTS analytics;
COMMENT ON SCHEMA analytics IS 'Analytics & Engagement: the event log and what is derived from it';

-- One role per daemon, each with just what it needs. A cluster may hold several of our databases.
DO $$
DECLARE daemon text;
BEGIN
	FOREACH daemon IN ARRAY ARRAY['analytics', 'recommendation', 'reporting', 'notification', 'milestone', 'engagement']
	LOOP
		BEGIN
			EXECUTE format('CREATE ROLE ae_%s LOGIN', daemon);
		EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
		END;
	END LOOP;
END $$;

-- --- the log ---------------------------------------------------------------------------------

CREATE TABLE analytics.shard_heads (
	shard    smallint PRIMARY KEY,
	position bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20);
COMMENT ON TABLE analytics.shard_heads IS 'Last position of each shard; the row is held to the commit by whoever appends, so positions are gapless and in commit order';
INSERT INTO analytics.shard_heads (shard) SELECT generate_series(0, 31);

CREATE TABLE analytics.event_log (
	shard       smallint    NOT NULL,
	position    bigint      NOT NULL,
	event_key   uuid        NOT NULL,
	type        text        NOT NULL,
	member_id   text        NOT NULL,
	time        timestamptz NOT NULL,
	received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	body        json        NOT NULL,
	PRIMARY KEY (shard, position)
);
COMMENT ON TABLE analytics.event_log IS 'Every event, in and out; the truth that all projections come from';
COMMENT ON COLUMN analytics.event_log.event_key IS 'First 128 bits of SHA-256 over source, NUL, id: an event is in the log once';
COMMENT ON COLUMN analytics.event_log.member_id IS 'The subject: the member, or what a category event is about';
CREATE UNIQUE INDEX event_log_key ON analytics.event_log (event_key);

CREATE TABLE analytics.consumer_positions (
	group_name     text     NOT NULL,
	shard          smallint NOT NULL,
	position       bigint   NOT NULL DEFAULT 0,
	cache_position bigint   NOT NULL DEFAULT 0,
	moved_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (group_name, shard)
) WITH (fillfactor = 20);
COMMENT ON TABLE analytics.consumer_positions IS 'How far each consumer group has applied each shard; moves in the same transaction as the effects';
COMMENT ON COLUMN analytics.consumer_positions.cache_position IS 'Up to here caches are known to be dropped; behind position only between a commit and the next batch';
INSERT INTO analytics.consumer_positions (group_name, shard)
	SELECT g, s FROM unnest(ARRAY['analytics', 'recommendation', 'reporting', 'notification', 'milestone', 'engagement']) g,
		generate_series(0, 31) s;

CREATE TABLE analytics.dead_letters (
	group_name text        NOT NULL,
	shard      smallint    NOT NULL,
	position   bigint      NOT NULL,
	reason     text        NOT NULL,
	pointer    text        NOT NULL DEFAULT '',
	put_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (group_name, shard, position),
	FOREIGN KEY (shard, position) REFERENCES analytics.event_log (shard, position)
);
COMMENT ON TABLE analytics.dead_letters IS 'Events that a group could not apply, with the reason; the shard moved on';

-- --- the programme -----------------------------------------------------------------------------

CREATE TABLE analytics.programme (
	one               boolean PRIMARY KEY DEFAULT true CHECK (one),
	time_zone         text NOT NULL DEFAULT 'UTC',
	currency          text NOT NULL DEFAULT 'GBP',
	catalogue_version bigint NOT NULL DEFAULT 1
);
COMMENT ON TABLE analytics.programme IS 'What holds for the whole programme; catalogue_version counts changes of categories, tiers and benchmarks';
INSERT INTO analytics.programme DEFAULT VALUES;

CREATE TABLE analytics.tiers (
	tier              text PRIMARY KEY,
	rank              integer NOT NULL UNIQUE,
	qualifying_points bigint NOT NULL,
	window_days       integer NOT NULL DEFAULT 365
);
COMMENT ON TABLE analytics.tiers IS 'The tier table: qualifying points within the trailing window reach the tier';
INSERT INTO analytics.tiers (tier, rank, qualifying_points)
	VALUES ('bronze', 1, 0), ('silver', 2, 500), ('gold', 3, 2000), ('platinum', 4, 10000);

CREATE TABLE analytics.categories (
	category   text PRIMARY KEY,
	name       text NOT NULL,
	parent     text,
	active     boolean NOT NULL DEFAULT true,
	rewards    json,
	updated_at timestamptz NOT NULL
);
COMMENT ON TABLE analytics.categories IS 'The newest state of each category, from CategoryUpdatedEvent';

CREATE TABLE analytics.category_offers (
	category          text NOT NULL,
	valid_from        timestamptz NOT NULL,
	valid_to          timestamptz,
	points_multiplier double precision NOT NULL,
	promotion         json,
	updated_at        timestamptz NOT NULL,
	PRIMARY KEY (category, valid_from)
);
COMMENT ON TABLE analytics.category_offers IS 'Multipliers and promotions of a category, each with its window; outside all windows the multiplier is 1';

CREATE TABLE analytics.benchmarks (
	period_start        date NOT NULL,
	region              text NOT NULL,
	category            text NOT NULL,
	currency            text NOT NULL,
	average_spend_minor bigint NOT NULL CHECK (average_spend_minor >= 0),
	PRIMARY KEY (period_start, region, category, currency)
);
COMMENT ON TABLE analytics.benchmarks IS 'Market data: average spend of a customer in a month, by category and region ('''' = everywhere)';

-- --- members -----------------------------------------------------------------------------------

CREATE TABLE analytics.member_analytics (
	member_id        text PRIMARY KEY,
	shard            smallint NOT NULL,
	first_position   bigint NOT NULL,
	position         bigint NOT NULL,
	last_event_at    timestamptz NOT NULL,
	enrolled_at      timestamptz,
	profile_time     timestamptz,
	time_zone        text,
	locale           text,
	region           text,
	birth_date       date,
	tier             text,
	tier_since       timestamptz,
	tier_valid_until timestamptz,
	transactions     bigint NOT NULL DEFAULT 0,
	reversals        bigint NOT NULL DEFAULT 0,
	currency         text,
	spend_minor      bigint NOT NULL DEFAULT 0,
	first_transaction_at timestamptz,
	last_transaction_at  timestamptz,
	favourite_channel text,
	points_balance   bigint NOT NULL DEFAULT 0,
	points_earned    bigint NOT NULL DEFAULT 0,
	points_redeemed  bigint NOT NULL DEFAULT 0,
	points_expired   bigint NOT NULL DEFAULT 0,
	next_expiry_at   timestamptz,
	state            json NOT NULL,
	facts_day        date,
	facts            json
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.member_analytics IS 'One row per member: lifetime facts as of the last event, and the windowed facts as of facts_day';
COMMENT ON COLUMN analytics.member_analytics.position IS 'Of the last event applied for this member, in its shard';
COMMENT ON COLUMN analytics.member_analytics.currency IS 'The currency most purchases were made in; spend_minor is the lifetime spend in it';
COMMENT ON COLUMN analytics.member_analytics.state IS 'Lifetime sums by currency, category and channel; open lots; expiries';
COMMENT ON COLUMN analytics.member_analytics.facts IS 'Windowed facts: spend_30d and the like, streaks, category shares, RFM; null until computed';
CREATE INDEX member_analytics_facts_day ON analytics.member_analytics (facts_day NULLS FIRST, member_id);

CREATE TABLE analytics.spending_summaries (
	member_id    text NOT NULL,
	period_start date NOT NULL,
	spend        json NOT NULL,
	merchants    json NOT NULL,
	channels     json NOT NULL,
	points       json NOT NULL,
	PRIMARY KEY (member_id, period_start)
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.spending_summaries IS 'One row per member and month of the member''s zone; see the views spending_by_day and spending_by_month';
COMMENT ON COLUMN analytics.spending_summaries.spend IS '[currency, day of month, category, net minor units, purchases, reversals]';
COMMENT ON COLUMN analytics.spending_summaries.merchants IS '[currency, merchant id, name, net minor units, purchases]';
COMMENT ON COLUMN analytics.spending_summaries.channels IS '[currency, channel, net minor units, purchases]';
COMMENT ON COLUMN analytics.spending_summaries.points IS '[day of month, category, earned, redeemed, qualifying]';

CREATE TABLE analytics.points_ledgers (
	member_id text PRIMARY KEY,
	entries   json NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.points_ledgers IS 'Each member''s points movements in time order, so that late ones can be put where they belong';

CREATE TABLE analytics.insights (
	member_id   text NOT NULL,
	insight_id  text NOT NULL,
	kind        text NOT NULL,
	severity    text NOT NULL CHECK (severity IN ('info', 'notice', 'warning')),
	sentence    text NOT NULL,
	evidence    json NOT NULL,
	period_from date NOT NULL,
	period_to   date NOT NULL,
	first_seen  timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (member_id, insight_id)
);
COMMENT ON TABLE analytics.insights IS 'Findings about members, each published once as InsightGeneratedEvent';

CREATE VIEW analytics.spending_by_day AS
	SELECT s.member_id, s.period_start + (c ->> 1)::int - 1 AS day, c ->> 0 AS currency, c ->> 2 AS category,
		(c ->> 3)::bigint AS spend_minor, (c ->> 4)::bigint AS purchases, (c ->> 5)::bigint AS reversals
	FROM analytics.spending_summaries s, json_array_elements(s.spend) c;
COMMENT ON VIEW analytics.spending_by_day IS 'Spend by member, day, currency and category';

CREATE VIEW analytics.spending_by_month AS
	SELECT member_id, date_trunc('month', day)::date AS month, currency, category, sum(spend_minor)::bigint AS spend_minor,
		sum(purchases)::bigint AS purchases, sum(reversals)::bigint AS reversals
	FROM analytics.spending_by_day GROUP BY 1, 2, 3, 4;
COMMENT ON VIEW analytics.spending_by_month IS 'Spend by member, month, currency and category';

CREATE VIEW analytics.points_by_day AS
	SELECT s.member_id, s.period_start + (c ->> 0)::int - 1 AS day, c ->> 1 AS category, (c ->> 2)::bigint AS earned,
		(c ->> 3)::bigint AS redeemed, (c ->> 4)::bigint AS qualifying
	FROM analytics.spending_summaries s, json_array_elements(s.points) c;
COMMENT ON VIEW analytics.points_by_day IS 'Points earned and redeemed by member, day and category';

-- --- who may do what ---------------------------------------------------------------------------

GRANT USAGE ON SCHEMA analytics TO ae_analytics, ae_recommendation, ae_reporting, ae_notification, ae_milestone, ae_engagement;
GRANT SELECT ON analytics.event_log, analytics.shard_heads, analytics.consumer_positions, analytics.programme, analytics.tiers,
	analytics.categories, analytics.category_offers
	TO ae_analytics, ae_recommendation, ae_reporting, ae_notification, ae_milestone, ae_engagement;
-- Every daemon appends its own events (outbox) and moves its own group's positions.
GRANT INSERT ON analytics.event_log TO ae_analytics, ae_recommendation, ae_reporting, ae_notification, ae_milestone, ae_engagement;
GRANT UPDATE (position) ON analytics.shard_heads
	TO ae_analytics, ae_recommendation, ae_reporting, ae_notification, ae_milestone, ae_engagement;
GRANT UPDATE ON analytics.consumer_positions
	TO ae_analytics, ae_recommendation, ae_reporting, ae_notification, ae_milestone, ae_engagement;
GRANT SELECT, INSERT ON analytics.dead_letters
	TO ae_analytics, ae_recommendation, ae_reporting, ae_notification, ae_milestone, ae_engagement;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytics.member_analytics, analytics.spending_summaries, analytics.points_ledgers,
	analytics.insights, analytics.categories, analytics.category_offers TO ae_analytics;
GRANT UPDATE ON analytics.programme TO ae_analytics;
GRANT SELECT ON analytics.benchmarks TO ae_analytics;

ALTER TABLE analytics.consumer_positions ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone_reads ON analytics.consumer_positions FOR SELECT USING (true);
CREATE POLICY own_group_moves ON analytics.consumer_positions FOR UPDATE
	USING (group_name = replace(current_user::text, 'ae_', ''));
