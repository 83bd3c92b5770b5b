-- What a send may say beside: the language, its own data, that the same is not sent twice; and sends that are tests.

ALTER TABLE analytics.notifications ADD COLUMN locale text, ADD COLUMN metadata json, ADD COLUMN likeness bytea, ADD COLUMN test json;
COMMENT ON COLUMN analytics.notifications.locale IS 'The language asked for; null = the member''s';
COMMENT ON COLUMN analytics.notifications.metadata IS 'The sender''s own data, told back with the notification and in NotificationSentEvent';
COMMENT ON COLUMN analytics.notifications.likeness IS 'SHA-256 of category, template and variables, of sends with a dedup_window';
COMMENT ON COLUMN analytics.notifications.test IS 'Of a test: {}, or the address it goes to {channel, address, platform}; null = no test';
CREATE INDEX notifications_likeness ON analytics.notifications (member_id, likeness, created_at) WHERE likeness IS NOT NULL;
CREATE INDEX notifications_tests ON analytics.notifications (client, created_at) WHERE test IS NOT NULL;
