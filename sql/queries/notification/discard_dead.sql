-- Takes a dead notification off the list.
DELETE FROM analytics.notification_dead_letters WHERE notification_id = $1 RETURNING member_id
