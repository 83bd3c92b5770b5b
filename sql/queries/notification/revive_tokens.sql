-- Devices that are registered again after their token was given up.
DELETE FROM analytics.notification_suppressions s USING unnest($1::bytea[], $2::timestamptz[]) AS t (address_hash, at)
WHERE s.channel = 1 AND s.address_hash = t.address_hash AND s.scope = '' AND s.reason = 'invalid_token' AND s.created_at < t.at
