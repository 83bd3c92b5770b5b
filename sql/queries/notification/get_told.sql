-- Whether a message is still on its way, and how much has been told of it.
SELECT n.status, (SELECT count(*) FROM analytics.notification_logs l WHERE l.member_id = n.member_id AND l.notification_id = n.notification_id)
FROM analytics.notifications n WHERE n.notification_id = $1
