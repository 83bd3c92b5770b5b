-- Milestones over facts are asked daily, since facts change by time alone.

CREATE TABLE analytics.milestone_sweeps (
	milestone_id text        NOT NULL,
	version      integer     NOT NULL,
	day          date        NOT NULL,
	driver       smallint    NOT NULL DEFAULT 0,
	after_member text        NOT NULL DEFAULT '',
	examined     bigint      NOT NULL DEFAULT 0,
	awarded      bigint      NOT NULL DEFAULT 0,
	started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
	finished_at  timestamptz,
	PRIMARY KEY (milestone_id, version)
) WITH (fillfactor = 50);
COMMENT ON TABLE analytics.milestone_sweeps IS 'How far each milestone over facts has come through the members that its rule may be true of, on the newest day that this began';
COMMENT ON COLUMN analytics.milestone_sweeps.day IS 'In the programme''s zone; the facts are at least of this day';
COMMENT ON COLUMN analytics.milestone_sweeps.driver IS 'The index that candidates are taken from, as common/sweep.h numbers them';
COMMENT ON COLUMN analytics.milestone_sweeps.after_member IS 'The place that was reached; it moves in the same transaction as the awards';

GRANT SELECT, INSERT, UPDATE, DELETE ON analytics.milestone_sweeps TO ae_milestone;

-- A milestone's celebration may name its category and priority. A route that was changed stays.
ALTER TABLE analytics.notification_routes ADD COLUMN from_event boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN analytics.notification_routes.from_event IS 'A category (no transactional one) and a priority that the event''s data name go before those of the route';
UPDATE analytics.notification_routes SET from_event = true
WHERE route_id = 'milestones' AND event_type = 'MilestoneAchievedEvent' AND category = 'milestones' AND priority = 2;

-- What members did in periods long over is in the log, and need not be in their progress for good.
ALTER TABLE analytics.milestone_progress ADD COLUMN forgotten date;
COMMENT ON COLUMN analytics.milestone_progress.forgotten IS 'Periods before the one of this day are not in state any more; an event of one of them counts all anew. Null: all are there';
CREATE TABLE analytics.milestone_forgetting (
	one          boolean PRIMARY KEY DEFAULT true CHECK (one),
	after_member text        NOT NULL DEFAULT '',
	look_at      timestamptz NOT NULL DEFAULT '-infinity',
	members      bigint      NOT NULL DEFAULT 0
) WITH (fillfactor = 20);
COMMENT ON TABLE analytics.milestone_forgetting IS 'The weekly way through the members that shortens their progress: the place that was reached, and when it goes on';
COMMENT ON COLUMN analytics.milestone_forgetting.members IS 'Of whom something was forgotten, ever';
INSERT INTO analytics.milestone_forgetting DEFAULT VALUES;
GRANT SELECT, UPDATE ON analytics.milestone_forgetting TO ae_milestone;
