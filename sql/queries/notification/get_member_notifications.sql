-- A member's notifications before an id, newest first.
SELECT notification_id, member_id, status, priority, category, template, template_version, channels, created_at, due_at, expires_at, attempts,
	channel, provider, provider_ref, reason, sent_at, cause, client, collapse_key, engagement, locale, metadata, test
FROM analytics.notifications WHERE member_id = $1 AND ($2::text IS NULL OR notification_id < $2) ORDER BY notification_id DESC LIMIT $3
