-- Which of these a provider has not told before.
INSERT INTO analytics.notification_engagement (provider, event_id) SELECT DISTINCT $1, unnest($2::text[]) ON CONFLICT DO NOTHING RETURNING event_id
