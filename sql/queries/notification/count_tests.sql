-- The tests that somebody sent within the hour, and the seconds until the oldest of them is older.
SELECT count(*), coalesce(ceil(extract(epoch FROM min(created_at) + interval '1 hour' - clock_timestamp())), 0)::int8 FROM analytics.notifications
WHERE client = $1 AND test IS NOT NULL AND created_at > clock_timestamp() - interval '1 hour'
