-- How many of a member's changes were made by pages within the hour, not looking further back than ten times as many as are asked for.
SELECT count(*) FROM analytics.notification_preference_changes
WHERE member_id = $1 AND version > $2::bigint - 10 * $3::bigint AND changed_at > clock_timestamp() - interval '1 hour' AND way IN ('page', 'resubscribe')
