-- Templates, routes from events, the queue of intents, what became of each, and whom nothing is sent to.

CREATE TABLE analytics.notification_templates (
	name       text        NOT NULL,
	version    integer     NOT NULL,
	document   json        NOT NULL,
	active     boolean     NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	created_by text        NOT NULL,
	PRIMARY KEY (name, version)
);
COMMENT ON TABLE analytics.notification_templates IS 'Every version of every template; the newest active one is sent when no version is asked for';

CREATE TABLE analytics.notification_routes (
	route_id    text PRIMARY KEY,
	event_type  text        NOT NULL,
	condition   json        NOT NULL DEFAULT 'true',
	template    text        NOT NULL,
	fallback    text,
	category    text        NOT NULL,
	priority    smallint    NOT NULL CHECK (priority BETWEEN 0 AND 3),
	max_age     interval    NOT NULL DEFAULT '1 day',
	active      boolean     NOT NULL DEFAULT true,
	updated_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE analytics.notification_routes IS 'Which events become notifications: JsonLogic over the event''s data, and a template whose name may hold {{fields}} of the data';
COMMENT ON COLUMN analytics.notification_routes.fallback IS 'The template when there is none of that name';
COMMENT ON COLUMN analytics.notification_routes.max_age IS 'Older events are not spoken of any more: an import of history is silent';
INSERT INTO analytics.notification_routes (route_id, event_type, condition, template, fallback, category, priority) VALUES
	('milestones', 'MilestoneAchievedEvent', '{"!": [{"var": "reverted"}]}', 'milestone_{{milestone_id}}', 'milestone', 'milestones', 2),
	('alerts_expiry', 'EngagementAlertTriggeredEvent', '{"in": ["expir", {"var": "kind"}]}', 'alert_{{kind}}', 'alert', 'expiry_warnings', 2),
	('alerts_tier', 'EngagementAlertTriggeredEvent', '{"in": ["tier", {"var": "kind"}]}', 'alert_{{kind}}', 'alert', 'tier', 2),
	('alerts', 'EngagementAlertTriggeredEvent', '{"!": [{"or": [{"in": ["expir", {"var": "kind"}]}, {"in": ["tier", {"var": "kind"}]}]}]}',
	 'alert_{{kind}}', 'alert', 'insights', 2);

CREATE TABLE analytics.notifications (
	notification_id  text        NOT NULL,
	member_id        text        NOT NULL,
	status           smallint    NOT NULL DEFAULT 0,
	priority         smallint    NOT NULL,
	category         text        NOT NULL,
	template         text        NOT NULL,
	template_version integer     NOT NULL,
	variables        json        NOT NULL DEFAULT '{}',
	channels         smallint    NOT NULL DEFAULT 0,
	cause            json,
	client           text        NOT NULL,
	created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
	due_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
	expires_at       timestamptz,
	collapse_key     text,
	dedup_key        text UNIQUE,
	attempts         integer     NOT NULL DEFAULT 0,
	tries            integer     NOT NULL DEFAULT 0,
	tried            smallint    NOT NULL DEFAULT 0,
	channel          smallint,
	provider         text,
	address          text,
	provider_ref     text,
	reason           text,
	fence            bigint      NOT NULL DEFAULT 0,
	unknown          boolean     NOT NULL DEFAULT false,
	crashes          smallint    NOT NULL DEFAULT 0,
	sent_at          timestamptz,
	links            json,
	engagement       smallint    NOT NULL DEFAULT 0,
	PRIMARY KEY (member_id, notification_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.notifications IS 'Each intent to tell a member something, and the one state it is in; the queue is its open rows';
COMMENT ON COLUMN analytics.notifications.status IS '0 queued, 1 held, 2 waiting for a digest, 3 being sent; final: 4 sent, 5 dropped, 6 failed, 7 expired, 8 collapsed, 9 digested';
COMMENT ON COLUMN analytics.notifications.channels IS 'Bits of the channels asked for: 1 e-mail, 2 push, 4 Slack; 0 = auto';
COMMENT ON COLUMN analytics.notifications.tries IS 'Attempts on the channel that is tried now; attempts counts all';
COMMENT ON COLUMN analytics.notifications.tried IS 'Bits of the channels that have failed';
COMMENT ON COLUMN analytics.notifications.fence IS 'Counts the leases: only the holder of the newest may write what became of it';
COMMENT ON COLUMN analytics.notifications.crashes IS 'Leases that ended without a word: what ends its sender again and again is put aside';
COMMENT ON COLUMN analytics.notifications.due_at IS 'When it is to be looked at; of one being sent, the end of the lease';
COMMENT ON COLUMN analytics.notifications.unknown IS 'The last attempt may have been taken without our knowing';
CREATE UNIQUE INDEX notifications_id ON analytics.notifications (notification_id);
CREATE INDEX notifications_queue ON analytics.notifications (priority, due_at) WHERE status IN (0, 1, 3);
CREATE INDEX notifications_digest ON analytics.notifications (due_at, member_id) WHERE status = 2;
CREATE INDEX notifications_recent ON analytics.notifications (member_id, sent_at) WHERE status = 4 AND priority >= 2;
CREATE INDEX notifications_open ON analytics.notifications (member_id, status) WHERE status < 4;

CREATE TABLE analytics.notification_logs (
	member_id       text        NOT NULL,
	notification_id text        NOT NULL,
	log_id          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
	at              timestamptz NOT NULL DEFAULT clock_timestamp(),
	what            text        NOT NULL,
	channel         smallint,
	provider        text,
	attempt         integer,
	code            text,
	detail          text,
	evidence        json,
	PRIMARY KEY (member_id, notification_id, log_id)
);
COMMENT ON TABLE analytics.notification_logs IS 'What happened to each notification, in order: decisions with their steps, attempts, acceptances, engagement';

CREATE TABLE analytics.notification_engagement (
	provider    text        NOT NULL,
	event_id    text        NOT NULL,
	received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (provider, event_id)
);
COMMENT ON TABLE analytics.notification_engagement IS 'What the providers told already: each of their events counts once';

CREATE TABLE analytics.notification_requests (
	client      text        NOT NULL,
	key         text        NOT NULL,
	fingerprint bytea       NOT NULL,
	status      smallint    NOT NULL,
	body        json        NOT NULL,
	created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (client, key)
);
COMMENT ON TABLE analytics.notification_requests IS 'Idempotency keys of POST /notifications/send and their answers, kept for three days';
CREATE INDEX notification_requests_age ON analytics.notification_requests (created_at);

CREATE TABLE analytics.notification_suppressions (
	channel      smallint    NOT NULL,
	address_hash bytea       NOT NULL,
	scope        text        NOT NULL DEFAULT '',
	reason       text        NOT NULL,
	detail       text,
	created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
	created_by   text        NOT NULL,
	PRIMARY KEY (channel, address_hash, scope)
);
COMMENT ON TABLE analytics.notification_suppressions IS 'Addresses nothing is sent to: hard_bounce, complaint, unsubscribe, invalid_token, manual, soft_bounce';
COMMENT ON COLUMN analytics.notification_suppressions.address_hash IS 'SHA-256 of the address, e-mail in lower case: the list tells no addresses';
COMMENT ON COLUMN analytics.notification_suppressions.scope IS 'A category, or '''' for all';

CREATE TABLE analytics.notification_soft_bounces (
	channel      smallint    NOT NULL,
	address_hash bytea       NOT NULL,
	at           timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX notification_soft_bounces_address ON analytics.notification_soft_bounces (channel, address_hash, at);
COMMENT ON TABLE analytics.notification_soft_bounces IS 'Refusals that may pass; three within 14 days suppress the address';

CREATE TABLE analytics.notification_dead_letters (
	notification_id text PRIMARY KEY,
	member_id       text        NOT NULL,
	reason          text        NOT NULL,
	detail          text        NOT NULL,
	put_at          timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE analytics.notification_dead_letters IS 'Notifications that could not be rendered or delivered, until somebody requeues or discards them';

GRANT SELECT, INSERT, UPDATE, DELETE ON analytics.notification_templates, analytics.notification_routes, analytics.notifications,
	analytics.notification_logs, analytics.notification_engagement, analytics.notification_requests,
	analytics.notification_suppressions, analytics.notification_soft_bounces,
	analytics.notification_dead_letters TO ae_notification;
