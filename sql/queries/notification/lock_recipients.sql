-- What these members want to hear; nothing else is decided for them until the commit.
SELECT member_id, document, profile FROM analytics.notification_preferences WHERE member_id = ANY ($1::text[]) ORDER BY member_id FOR UPDATE
