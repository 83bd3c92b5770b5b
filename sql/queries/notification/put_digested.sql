-- What went into a digest, was too late for it, or waited for one that cannot be made.
UPDATE analytics.notifications n SET status = u.status, reason = CASE u.status WHEN 7 THEN 'expired' WHEN 6 THEN 'no_digest' ELSE 'digested' END
FROM unnest($2::text[], $3::int2[]) AS u (notification_id, status) WHERE n.member_id = $1 AND n.notification_id = u.notification_id AND n.status = 2
