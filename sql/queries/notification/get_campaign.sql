-- One campaign.
SELECT campaign_id, client, category, template, template_version, priority, status, created_at, look_at, started_at, finished_at, driver,
	examined, judged, matched, made, failed, fault, request FROM analytics.notification_campaigns WHERE campaign_id = $1
