-- A member's addresses without those that are dead, and the next version.
UPDATE analytics.notification_preferences SET document = $2::json, profile = $3::json, version = version + 1, updated_at = clock_timestamp()
WHERE member_id = $1
