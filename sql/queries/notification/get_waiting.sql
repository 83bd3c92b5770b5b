-- What waits for a member's digest that is due.
SELECT notification_id, category, template, template_version, variables, expires_at FROM analytics.notifications
WHERE member_id = $1 AND stage = 1 AND due_at <= now() ORDER BY notification_id LIMIT $2 FOR UPDATE
