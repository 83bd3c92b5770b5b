-- Devices that are registered again after their token was given up.
DELETE FROM analytics.notification_suppressions
WHERE channel = 1 AND address_hash = ANY ($1::bytea[]) AND scope = '' AND reason = 'invalid_token' AND created_at < $2::timestamptz
