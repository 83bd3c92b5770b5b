-- Lifts a suppression, a complaint's only after an explicit opt-in.
DELETE FROM analytics.notification_suppressions WHERE channel = $1::int2 AND address_hash = $2::bytea AND scope = $3
AND (reason <> 'complaint' OR $4::bool) RETURNING reason
