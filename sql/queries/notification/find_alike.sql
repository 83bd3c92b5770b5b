-- Which of these members were sent the same not longer ago than so many seconds, or will be, and by which notification.
SELECT DISTINCT ON (member_id COLLATE "C") member_id, notification_id FROM analytics.notifications
WHERE member_id = ANY ($1::text[]) AND likeness = $2 AND created_at > clock_timestamp() - $3::int8 * interval '1 second' AND status NOT IN (5, 6, 7, 8)
ORDER BY member_id COLLATE "C", created_at
