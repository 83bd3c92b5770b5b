-- Suppressed addresses before an instant, newest first.
SELECT channel, address_hash, scope, reason, detail, created_at, created_by FROM analytics.notification_suppressions
WHERE ($1::int2 < 0 OR channel = $1::int2) AND ($2::bytea IS NULL OR address_hash = $2) AND created_at < $3::timestamptz ORDER BY created_at DESC LIMIT $4
