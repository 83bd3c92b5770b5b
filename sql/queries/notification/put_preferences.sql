-- A changed document, and its next version.
UPDATE analytics.notification_preferences SET document = $2::json, version = version + 1, updated_at = clock_timestamp()
WHERE member_id = $1 RETURNING updated_at
