-- The audience of a campaign, in the send that asked for it; it has no versions.
SELECT 0, request FROM analytics.notification_campaigns WHERE campaign_id = $1
