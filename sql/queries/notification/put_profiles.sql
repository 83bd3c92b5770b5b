-- Contact points, locale and consents of enrolments; a member's newest holds, whatever came first.
INSERT INTO analytics.notification_preferences AS p (member_id, profile, profile_time)
SELECT * FROM unnest($1::text[], $2::json[], $3::timestamptz[])
ON CONFLICT (member_id) DO UPDATE SET profile = excluded.profile, profile_time = excluded.profile_time, version = p.version + 1,
	updated_at = clock_timestamp()
WHERE p.profile_time IS NULL OR p.profile_time <= excluded.profile_time
