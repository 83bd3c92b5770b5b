-- Suppressed addresses before an instant and key, newest first.
SELECT channel, address_hash, scope, reason, detail, created_at, created_by FROM analytics.notification_suppressions
WHERE ($1::int2 < 0 OR channel = $1::int2) AND ($2::bytea IS NULL OR address_hash = $2)
	AND (created_at, channel, address_hash, scope) < ($3::timestamptz, $4::int2, decode($5, 'hex'), $6)
ORDER BY created_at DESC, channel DESC, address_hash DESC, scope DESC LIMIT $7
