-- Those of these messages that came back and are to go on: sent, urgent, not seen by anybody, neither expired nor too old.
SELECT notification_id, member_id, priority, category, template, template_version, variables, channels, tried, channel, expires_at
FROM analytics.notifications WHERE notification_id = ANY ($1::text[]) AND status = 4 AND priority <= 1 AND engagement & $2::int2 = 0
	AND (expires_at IS NULL OR expires_at > clock_timestamp()) AND created_at > $3::timestamptz ORDER BY notification_id
