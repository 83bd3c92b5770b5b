-- Engagement: rules with versions, when each member is looked at next, alerts, and why candidates lost.

CREATE TABLE analytics.engagement_programme (
	one           boolean PRIMARY KEY DEFAULT true CHECK (one),
	running       boolean NOT NULL DEFAULT true,
	reason        text,
	changed_by    text        NOT NULL DEFAULT 'release',
	changed_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
	rules_version bigint      NOT NULL DEFAULT 0,
	holdout_key   bytea       NOT NULL DEFAULT uuid_send(gen_random_uuid()),
	holdout_share double precision NOT NULL DEFAULT 0.05 CHECK (holdout_share >= 0 AND holdout_share <= 0.5),
	began_at      timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 20);
COMMENT ON TABLE analytics.engagement_programme IS 'What holds for all alerts: the kill switch, and the key and share of the permanent holdout';
COMMENT ON COLUMN analytics.engagement_programme.running IS 'The kill switch: while false nothing is judged';
COMMENT ON COLUMN analytics.engagement_programme.rules_version IS 'Counts changes of rules, so that instances know when to read them again';
COMMENT ON COLUMN analytics.engagement_programme.holdout_key IS 'Of the keyed hash that puts a member into the holdout or not, for good; never changed';
INSERT INTO analytics.engagement_programme DEFAULT VALUES;

-- Of a member, 0 to 1, for good. Salt '' is the programme's holdout, a rule's id that rule's own.
CREATE FUNCTION analytics.engagement_share(key bytea, salt text, member_id text) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('x' || encode(substr(sha256(key || convert_to(salt || chr(10) || member_id, 'UTF8')), 1, 6), 'hex'))::bit(48)::bigint / 281474976710656.0::float8;

CREATE TABLE analytics.engagement_rules (
	rule_id    text        NOT NULL,
	version    integer     NOT NULL,
	document   json        NOT NULL,
	state      text        NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'retired')),
	created_by text        NOT NULL,
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (rule_id, version)
);
COMMENT ON TABLE analytics.engagement_rules IS 'What makes alerts (docs/engagement-rules.md); the newest version of a rule holds, with its state';

CREATE TABLE analytics.engagement_pending (
	member_id    text PRIMARY KEY,
	due_at       timestamptz NOT NULL,
	position     bigint      NOT NULL DEFAULT 0,
	causes       json        NOT NULL DEFAULT '[]',
	waits        smallint    NOT NULL DEFAULT 0,
	by_event     boolean     NOT NULL DEFAULT false,
	judged_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
	judged       json
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.engagement_pending IS 'When each member is looked at next: now after an event, else at the next slot at which a scheduled rule may find something. The row is the member''s lock for judging';
COMMENT ON COLUMN analytics.engagement_pending.position IS 'Of the newest event that is to be judged, in the member''s shard: the facts must have come that far';
COMMENT ON COLUMN analytics.engagement_pending.causes IS 'What made the member due since the last look: {rule_id, event_id, at, data} of event triggers, {offer} of offers, {ahead} of events whose time is still to come';
COMMENT ON COLUMN analytics.engagement_pending.waits IS 'Looks since the last event that found the facts behind it: each waits twice as long as the one before, half an hour at most';
COMMENT ON COLUMN analytics.engagement_pending.by_event IS 'An event that facts count came since the last look';
COMMENT ON COLUMN analytics.engagement_pending.judged IS 'The facts that fact_change triggers compare with, as of judged_at';
CREATE INDEX engagement_pending_due ON analytics.engagement_pending (due_at);
-- Whoever is there already is looked at for the first time within a day.
INSERT INTO analytics.engagement_pending (member_id, due_at, judged_at)
	SELECT member_id, now() + abs(hashtext(member_id)::bigint) % 86400 * interval '1 second', now() FROM analytics.member_analytics;

CREATE TABLE analytics.engagement_alerts (
	member_id       text        NOT NULL,
	alert_id        text        NOT NULL,
	rule_id         text        NOT NULL,
	rule_version    integer     NOT NULL,
	occasion        text        NOT NULL,
	kind            text        NOT NULL,
	category        text        NOT NULL,
	promotional     boolean     NOT NULL,
	state           smallint    NOT NULL DEFAULT 0,
	priority        smallint    NOT NULL,
	score           double precision NOT NULL,
	facts           json        NOT NULL,
	suggested_action text,
	sentence        text        NOT NULL,
	link            text,
	deadline        timestamptz,
	valid_until     timestamptz NOT NULL,
	points_at_stake bigint,
	value_minor     bigint,
	currency        text,
	lots            json,
	revision        integer     NOT NULL DEFAULT 0,
	created_at      timestamptz NOT NULL,
	shown_at        timestamptz,
	acted_at        timestamptz,
	ended_at        timestamptz,
	PRIMARY KEY (member_id, alert_id)
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.engagement_alerts IS 'Alerts, each once per member, rule and occasion; those of state held_out were won by members of a holdout and told to nobody';
COMMENT ON COLUMN analytics.engagement_alerts.alert_id IS 'al_ and half of SHA-256 over rule, member and occasion: the key that makes an occasion be told once, and the event''s id';
COMMENT ON COLUMN analytics.engagement_alerts.occasion IS 'What it is about, so that the same is not told twice: a day on which points end and the lead time, a birthday, a promotion';
COMMENT ON COLUMN analytics.engagement_alerts.state IS '0 new, 1 shown, 2 acted, 3 dismissed, 4 expired, 5 withdrawn (its reason is gone), 6 held_out';
COMMENT ON COLUMN analytics.engagement_alerts.lots IS 'Of points that expire: [lot, points], so that no lot is told twice at the same lead time';
COMMENT ON COLUMN analytics.engagement_alerts.revision IS 'Counts what has changed since it was made';
CREATE INDEX engagement_alerts_made ON analytics.engagement_alerts (created_at);
CREATE INDEX engagement_alerts_open ON analytics.engagement_alerts (valid_until) WHERE state IN (0, 1);
CREATE INDEX engagement_alerts_rule ON analytics.engagement_alerts (rule_id, created_at);

CREATE TABLE analytics.engagement_decisions (
	member_id    text        NOT NULL,
	rule_id      text        NOT NULL,
	occasion     text        NOT NULL,
	reason       text        NOT NULL,
	rule_version integer     NOT NULL,
	score        double precision NOT NULL,
	detail       text,
	times        integer     NOT NULL DEFAULT 1,
	first_at     timestamptz NOT NULL,
	decided_at   timestamptz NOT NULL,
	PRIMARY KEY (member_id, rule_id, occasion, reason)
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.engagement_decisions IS 'Candidates that became no alert, each with the reason; kept for keep_decisions';
COMMENT ON COLUMN analytics.engagement_decisions.reason IS 'holdout, rule_holdout, cap, rule_cap, cooldown, refused, quiet_hours, outranked, expired, failed';
CREATE INDEX engagement_decisions_age ON analytics.engagement_decisions (decided_at);
CREATE INDEX engagement_decisions_rule ON analytics.engagement_decisions (rule_id, decided_at);

CREATE TABLE analytics.engagement_counts (
	rule_id      text    NOT NULL,
	rule_version integer NOT NULL,
	day          date    NOT NULL,
	instance     text    NOT NULL,
	evaluated    bigint  NOT NULL DEFAULT 0,
	matched      bigint  NOT NULL DEFAULT 0,
	sent         bigint  NOT NULL DEFAULT 0,
	held_out     bigint  NOT NULL DEFAULT 0,
	failed       bigint  NOT NULL DEFAULT 0,
	fault        text,
	PRIMARY KEY (rule_id, rule_version, day, instance)
) WITH (fillfactor = 50);
COMMENT ON TABLE analytics.engagement_counts IS 'How often each rule was evaluated and matched, and what came of it, by day (UTC); one row per instance, so that they do not wait for each other';
COMMENT ON COLUMN analytics.engagement_counts.fault IS 'The last limit that the rule ran into';

CREATE TABLE analytics.engagement_sweeps (
	sweep_id     text PRIMARY KEY,
	category     text        NOT NULL,
	created_at   timestamptz NOT NULL,
	expires_at   timestamptz NOT NULL,
	look_at      timestamptz NOT NULL,
	after_member text        NOT NULL DEFAULT '',
	examined     bigint      NOT NULL DEFAULT 0,
	marked       bigint      NOT NULL DEFAULT 0,
	finished_at  timestamptz,
	outcome      text
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.engagement_sweeps IS 'Offers on their way through the members: who buys in the category is looked at soon. after_member moves in the same transaction as the marks';
COMMENT ON COLUMN analytics.engagement_sweeps.outcome IS 'done, or expired: the offer was over before all were looked at';
CREATE INDEX engagement_sweeps_due ON analytics.engagement_sweeps (look_at) WHERE finished_at IS NULL;

CREATE TABLE analytics.engagement_plans (
	plan         text PRIMARY KEY,
	after_member text NOT NULL DEFAULT '',
	members      bigint NOT NULL DEFAULT 0,
	finished_at  timestamptz
) WITH (fillfactor = 20);
COMMENT ON TABLE analytics.engagement_plans IS 'When members are looked at was planned by rules and a programme that have changed: everybody is looked at again, soon. One row';
COMMENT ON COLUMN analytics.engagement_plans.plan IS 'The versions of rules and programme that it is for';

-- What judging needs of a member beside the facts; analytics and notification write it.
CREATE VIEW analytics.engagement_members AS
	SELECT member_id, CASE WHEN next_expiry_at IS NOT NULL THEN state -> 'lots' END AS lots FROM analytics.member_analytics;
COMMENT ON VIEW analytics.engagement_members IS 'Open lots of members that have some that end: [id, earned, expires, points]';

CREATE VIEW analytics.member_wishes AS
	SELECT member_id, coalesce((document ->> 'global_opt_out')::boolean, false) AS opted_out,
		coalesce((document ->> 'marketing_consent')::boolean, (profile -> 'consents' ->> 'marketing')::boolean, false) AS marketing,
		document -> 'categories' AS categories, document -> 'quiet_hours' AS quiet_hours
	FROM analytics.notification_preferences;
COMMENT ON VIEW analytics.member_wishes IS 'What a member wants to hear of; notification writes it and decides finally';

GRANT SELECT ON analytics.member_facts, analytics.engagement_members, analytics.member_wishes TO ae_engagement;
GRANT SELECT, UPDATE ON analytics.engagement_programme TO ae_engagement;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytics.engagement_rules, analytics.engagement_pending, analytics.engagement_alerts,
	analytics.engagement_decisions, analytics.engagement_counts, analytics.engagement_sweeps, analytics.engagement_plans TO ae_engagement;
