-- Those of these messages that may go on over another channel: sent, urgent, neither expired nor too old.
SELECT notification_id, member_id, priority, category, template, template_version, variables, channels, tried, channel, expires_at, engagement, locale, metadata
FROM analytics.notifications WHERE notification_id = ANY ($1::text[]) AND status = 4 AND priority <= 1
	AND (expires_at IS NULL OR expires_at > clock_timestamp()) AND created_at > $2::timestamptz ORDER BY notification_id
