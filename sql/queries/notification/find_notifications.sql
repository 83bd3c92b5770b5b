-- Notifications that somebody tells something about.
SELECT notification_id, member_id, category, channel, address, test IS NOT NULL FROM analytics.notifications WHERE notification_id = ANY ($1::text[]) ORDER BY notification_id
