-- What members want to hear, where and when, and who changed it.

CREATE TABLE analytics.notification_preferences (
	member_id    text PRIMARY KEY,
	version      bigint      NOT NULL DEFAULT 1,
	document     json        NOT NULL DEFAULT '{}',
	profile      json        NOT NULL DEFAULT '{}',
	profile_time timestamptz,
	updated_at   timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 80);
COMMENT ON TABLE analytics.notification_preferences IS 'What each member wants to hear, where, and when; the row is the member''s lock for everything that is sent';
COMMENT ON COLUMN analytics.notification_preferences.version IS 'Counts the changes of document and profile: the entity tag';
COMMENT ON COLUMN analytics.notification_preferences.document IS 'What was set by PUT or PATCH';
COMMENT ON COLUMN analytics.notification_preferences.profile IS 'Contact points, locale, zone and consents of the newest MemberEnrolledEvent; the document goes before it';

CREATE TABLE analytics.notification_preference_changes (
	member_id  text        NOT NULL,
	version    bigint      NOT NULL,
	changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	actor      text        NOT NULL,
	way        text        NOT NULL,
	request_id text        NOT NULL,
	before     json        NOT NULL,
	after      json        NOT NULL,
	PRIMARY KEY (member_id, version)
);
COMMENT ON TABLE analytics.notification_preference_changes IS 'Who changed a member''s preferences, how (put, patch), from what to what; rows are only added';

GRANT SELECT, INSERT, UPDATE ON analytics.notification_preferences TO ae_notification;
GRANT SELECT, INSERT ON analytics.notification_preference_changes TO ae_notification;
