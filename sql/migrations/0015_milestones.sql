-- Milestones: their definitions, what each member has of them, what was awarded, and which day is next.

CREATE TABLE analytics.milestone_definitions (
	milestone_id text        NOT NULL,
	version      integer     NOT NULL,
	document     json        NOT NULL,
	created_by   text        NOT NULL,
	created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
	activated_at timestamptz,
	retired_at   timestamptz,
	PRIMARY KEY (milestone_id, version)
);
COMMENT ON TABLE analytics.milestone_definitions IS 'What a milestone is, by version; docs/milestones.md says what a document may hold';
COMMENT ON COLUMN analytics.milestone_definitions.activated_at IS 'Since when it counts; null: it was never put to use';
CREATE UNIQUE INDEX milestone_definitions_active ON analytics.milestone_definitions (milestone_id) WHERE activated_at IS NOT NULL AND retired_at IS NULL;

CREATE TABLE analytics.milestone_members (
	member_id text PRIMARY KEY,
	profile   json    NOT NULL DEFAULT '{}',
	time_zone text,
	shown     boolean NOT NULL DEFAULT false,
	alias     text
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.milestone_members IS 'Who may reach milestones; whoever changes what a member has holds this row';
COMMENT ON COLUMN analytics.milestone_members.profile IS 'Of zone, locale, birth date and enrolment the newest word by event time: {"time_zone": ["Europe/London", microseconds], ...}';
COMMENT ON COLUMN analytics.milestone_members.shown IS 'The member agreed to be seen in leaderboards, under the alias';

CREATE TABLE analytics.milestone_entries (
	member_id text   NOT NULL,
	entry_key text   NOT NULL,
	position  bigint NOT NULL,
	PRIMARY KEY (member_id, entry_key, position)
);
COMMENT ON TABLE analytics.milestone_entries IS 'Where in the log a member''s events are, and which of them belong together: a purchase and its reversals have one key';

CREATE TABLE analytics.milestone_progress (
	member_id    text    NOT NULL,
	milestone_id text    NOT NULL,
	version      integer NOT NULL,
	time_zone    text    NOT NULL,
	state        json    NOT NULL,
	bucket       text    NOT NULL DEFAULT '',
	value        double precision NOT NULL DEFAULT 0,
	shown        boolean NOT NULL DEFAULT false,
	PRIMARY KEY (member_id, milestone_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE analytics.milestone_progress IS 'What each member''s events come to, by milestone and period of it';
COMMENT ON COLUMN analytics.milestone_progress.state IS '[[period, value, [[what, how often], ...]], ...] by the definition of that version and the days of that zone';
COMMENT ON COLUMN analytics.milestone_progress.value IS 'Of the newest period, which is bucket';
CREATE INDEX milestone_progress_board ON analytics.milestone_progress (milestone_id, bucket, value DESC, member_id) WHERE shown;

CREATE TABLE analytics.milestone_awards (
	member_id    text        NOT NULL,
	milestone_id text        NOT NULL,
	occurrence   text        NOT NULL,
	version      integer     NOT NULL,
	state        integer     NOT NULL,
	live         boolean     NOT NULL,
	skipped      boolean     NOT NULL DEFAULT false,
	derived      boolean     NOT NULL,
	position     bigint      NOT NULL,
	achieved_at  timestamptz NOT NULL,
	reverted_at  timestamptz,
	awarded_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
	value        double precision NOT NULL,
	target       double precision NOT NULL,
	bonus        json,
	late_days    integer     NOT NULL DEFAULT 0,
	PRIMARY KEY (member_id, milestone_id, occurrence)
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.milestone_awards IS 'One row per member, milestone and occurrence: that is what makes an award happen once';
COMMENT ON COLUMN analytics.milestone_awards.state IS '1 awarded, 2 reverted, 3 awarded again ...; each is one event in the log';
COMMENT ON COLUMN analytics.milestone_awards.skipped IS 'Reached before the definition was put to use, which did not want that awarded';
COMMENT ON COLUMN analytics.milestone_awards.derived IS 'Follows from the log and the definition alone, so a rebuild makes it again';
COMMENT ON COLUMN analytics.milestone_awards.position IS 'Of the event that made the newest state, in the member''s shard; what is older has been considered';

CREATE TABLE analytics.milestone_calendar (
	member_id    text        NOT NULL,
	milestone_id text        NOT NULL,
	version      integer     NOT NULL,
	base         date        NOT NULL,
	number       integer     NOT NULL,
	day          date        NOT NULL,
	due_at       timestamptz NOT NULL,
	PRIMARY KEY (member_id, milestone_id)
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.milestone_calendar IS 'The next day of each date milestone of each member';
COMMENT ON COLUMN analytics.milestone_calendar.number IS 'Which one that day is: of an anniversary its years or months, of a birthday the year';
CREATE INDEX milestone_calendar_due ON analytics.milestone_calendar (due_at);

CREATE TABLE analytics.milestone_pending (
	member_id text PRIMARY KEY,
	position  bigint      NOT NULL,
	since     timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
COMMENT ON TABLE analytics.milestone_pending IS 'Members whose facts are to be asked once they are as new as this position';
CREATE INDEX milestone_pending_since ON analytics.milestone_pending (since);

CREATE TABLE analytics.milestone_backfills (
	milestone_id text        NOT NULL,
	version      integer     NOT NULL,
	after_member text        NOT NULL DEFAULT '',
	examined     bigint      NOT NULL DEFAULT 0,
	awarded      bigint      NOT NULL DEFAULT 0,
	skipped      bigint      NOT NULL DEFAULT 0,
	started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
	finished_at  timestamptz,
	PRIMARY KEY (milestone_id, version)
) WITH (fillfactor = 50);
COMMENT ON TABLE analytics.milestone_backfills IS 'How far a definition that was put to use has come through the members that were there before';
CREATE INDEX milestone_backfills_open ON analytics.milestone_backfills (started_at) WHERE finished_at IS NULL;

GRANT SELECT ON analytics.member_facts TO ae_milestone;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytics.milestone_definitions, analytics.milestone_members, analytics.milestone_entries,
	analytics.milestone_progress, analytics.milestone_awards, analytics.milestone_calendar, analytics.milestone_pending,
	analytics.milestone_backfills TO ae_milestone;

-- What is awarded silently, or again by a rebuild, is no news for the member. A route that was changed stays.
UPDATE analytics.notification_routes SET condition = '{"!": [{"or": [{"var": "reverted"}, {"var": "silent"}]}]}'
WHERE route_id = 'milestones' AND event_type = 'MilestoneAchievedEvent' AND condition::text = '{"!": [{"var": "reverted"}]}';
