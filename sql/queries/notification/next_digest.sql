-- The member whose digest is due for longest.
SELECT member_id FROM analytics.notifications WHERE stage = 1 AND due_at <= now() ORDER BY due_at LIMIT 1
