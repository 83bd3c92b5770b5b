-- A member's preferences as they are stored.
SELECT version, document, profile, updated_at FROM analytics.notification_preferences WHERE member_id = $1
