-- What went into a digest, or was too late for it.
UPDATE analytics.notifications n SET status = u.status, reason = CASE u.status WHEN 7 THEN 'expired' ELSE 'digested' END
FROM unnest($2::text[], $3::int2[]) AS u (notification_id, status) WHERE n.member_id = $1 AND n.notification_id = u.notification_id AND n.status = 2
