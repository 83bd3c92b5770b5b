-- A dead notification starts anew, with every channel before it.
WITH gone AS (DELETE FROM analytics.notification_dead_letters WHERE notification_id = $1 RETURNING notification_id)
UPDATE analytics.notifications n SET status = 0, due_at = clock_timestamp(), tries = 0, tried = 0, crashes = 0, unknown = false, reason = NULL
FROM gone WHERE n.notification_id = gone.notification_id AND n.status = 6 RETURNING n.member_id
