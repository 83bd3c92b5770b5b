-- The same, held to the commit.
SELECT version, document, profile, updated_at FROM analytics.notification_preferences WHERE member_id = $1 FOR UPDATE
