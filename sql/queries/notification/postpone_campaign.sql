-- A campaign whose slice failed has its turn later, so that the others have theirs.
UPDATE analytics.notification_campaigns SET look_at = clock_timestamp() + $2::int8 * interval '1 microsecond' WHERE campaign_id = $1 AND finished_at IS NULL
