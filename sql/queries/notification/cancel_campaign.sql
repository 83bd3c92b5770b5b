-- Ends a campaign; whoever expands it is waited for.
UPDATE analytics.notification_campaigns SET status = 2, finished_at = NULL, look_at = clock_timestamp()
WHERE campaign_id = $1 AND status <> 2 RETURNING campaign_id
