-- Addresses that nothing more is sent to. The harder reason stays, and a complaint is the hardest: only an opt-in lifts it.
INSERT INTO analytics.notification_suppressions AS s (channel, address_hash, reason, detail, created_by)
SELECT DISTINCT ON (1, 2) channel, address_hash, reason, detail, 'delivery'
FROM unnest($1::int2[], $2::bytea[], $3::text[], $4::text[]) AS t (channel, address_hash, reason, detail)
ORDER BY 1, 2, array_position(ARRAY['unsubscribe', 'manual', 'soft_bounce', 'invalid_token', 'hard_bounce', 'complaint'], reason) DESC
ON CONFLICT (channel, address_hash, scope) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, created_at = excluded.created_at, created_by = excluded.created_by
WHERE array_position(ARRAY['unsubscribe', 'manual', 'soft_bounce', 'invalid_token', 'hard_bounce', 'complaint'], excluded.reason)
	> coalesce(array_position(ARRAY['unsubscribe', 'manual', 'soft_bounce', 'invalid_token', 'hard_bounce', 'complaint'], s.reason), 0)
