-- Addresses that will never work.
INSERT INTO analytics.notification_suppressions (channel, address_hash, reason, detail, created_by)
SELECT DISTINCT ON (1, 2) *, 'delivery' FROM unnest($1::int2[], $2::bytea[], $3::text[], $4::text[])
ON CONFLICT DO NOTHING
