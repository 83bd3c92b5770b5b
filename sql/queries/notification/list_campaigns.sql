-- Campaigns before an id, newest first.
SELECT campaign_id, client, category, template, template_version, priority, status, created_at, look_at, started_at, finished_at, driver,
	examined, judged, matched, made, failed, fault, NULL::json FROM analytics.notification_campaigns
WHERE $1::text IS NULL OR campaign_id < $1 ORDER BY campaign_id DESC LIMIT $2
