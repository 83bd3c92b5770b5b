-- What these members want to hear, for a decision that is only looked at.
SELECT member_id, document, profile FROM analytics.notification_preferences WHERE member_id = ANY ($1::text[])
