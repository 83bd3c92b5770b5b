-- One notification by its id.
SELECT notification_id, member_id, status, priority, category, template, template_version, channels, created_at, due_at, expires_at, attempts,
	channel, provider, provider_ref, reason, sent_at, cause, client, collapse_key, engagement, locale, metadata, test
FROM analytics.notifications WHERE notification_id = $1
