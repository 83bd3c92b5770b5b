-- The notification behind a signed link, and what its member wants.
SELECT n.member_id, n.category, n.channel, n.links, n.sent_at, p.version, p.document, p.profile
FROM analytics.notifications n JOIN analytics.notification_preferences p USING (member_id)
WHERE n.notification_id = $1
