-- A new campaign, due at once or when its messages are.
INSERT INTO analytics.notification_campaigns (campaign_id, client, request, category, template, template_version, priority, created_at, look_at)
VALUES ($1, $2, $3::json, $4, $5, $6::int4, $7::int2, $8::timestamptz, $9::timestamptz)
