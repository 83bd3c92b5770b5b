-- What similar members spend, and by what a member's findings are looked up.

CREATE TABLE analytics.peer_sums (
	month       date   NOT NULL,
	pass        bigint NOT NULL,
	tier        text   NOT NULL,
	currency    text   NOT NULL,
	region      text   NOT NULL,
	category    text   NOT NULL,
	spend_minor double precision NOT NULL,
	members     bigint NOT NULL,
	PRIMARY KEY (month, pass, tier, currency, region, category)
) WITH (fillfactor = 50);
COMMENT ON TABLE analytics.peer_sums IS 'What the members of a tier spent in a month, by region ('''' = everywhere) and category ('''' = all together); members: those with net spend there';
COMMENT ON COLUMN analytics.peer_sums.pass IS 'The count through all members that made the row; peer_months says which one holds';

CREATE TABLE analytics.peer_months (
	month date   PRIMARY KEY,
	pass  bigint NOT NULL
);
COMMENT ON TABLE analytics.peer_months IS 'The finished pass whose sums hold for a month';

CREATE TABLE analytics.peer_passes (
	one          boolean PRIMARY KEY DEFAULT true CHECK (one),
	pass         bigint NOT NULL DEFAULT 0,
	published    bigint NOT NULL DEFAULT 0,
	after_member text,
	from_month   date,
	to_month     date,
	events       bigint NOT NULL DEFAULT 0,
	started_at   timestamptz,
	finished_at  timestamptz
) WITH (fillfactor = 20);
COMMENT ON TABLE analytics.peer_passes IS 'How far the count of peer_sums has come; whoever holds the row counts';
COMMENT ON COLUMN analytics.peer_passes.after_member IS 'Members up to here are counted; null: no pass is under way';
COMMENT ON COLUMN analytics.peer_passes.events IS 'Events in the log when the pass began';
INSERT INTO analytics.peer_passes DEFAULT VALUES;

GRANT SELECT, INSERT, UPDATE, DELETE ON analytics.peer_sums, analytics.peer_months TO ae_analytics;
GRANT SELECT, UPDATE ON analytics.peer_passes TO ae_analytics;
GRANT SELECT ON analytics.peer_sums, analytics.peer_months TO ae_recommendation, ae_reporting, ae_engagement;
