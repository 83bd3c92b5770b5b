-- A row for each of these members, to be locked before anything is decided for them.
INSERT INTO analytics.notification_preferences (member_id) SELECT DISTINCT unnest($1::text[]) ORDER BY 1 ON CONFLICT DO NOTHING
