-- The campaign that waits longest for its next slice, or for its intents to be dropped; held to the commit, no other instance waits for it.
SELECT campaign_id, status, client, request, template_version, created_at, driver, after_member FROM analytics.notification_campaigns
WHERE finished_at IS NULL AND look_at <= clock_timestamp() ORDER BY look_at LIMIT 1 FOR UPDATE SKIP LOCKED
