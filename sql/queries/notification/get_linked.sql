-- The notification behind a signed link.
SELECT member_id, category, channel, links, sent_at FROM analytics.notifications WHERE notification_id = $1
