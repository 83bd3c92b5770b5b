-- An address that somebody suppresses by hand; a harder reason stays.
INSERT INTO analytics.notification_suppressions (channel, address_hash, scope, reason, detail, created_by)
VALUES ($1::int2, $2::bytea, $3, 'manual', $4, $5) ON CONFLICT DO NOTHING
