-- Three of them within 14 days suppress the address.
INSERT INTO analytics.notification_suppressions (channel, address_hash, reason, detail, created_by)
SELECT b.channel, b.address_hash, 'soft_bounce', 'three within 14 days', 'delivery'
FROM (SELECT DISTINCT * FROM unnest($1::int2[], $2::bytea[]) AS t (channel, address_hash)) u
JOIN analytics.notification_soft_bounces b ON b.channel = u.channel AND b.address_hash = u.address_hash AND b.at > clock_timestamp() - interval '14 days'
GROUP BY b.channel, b.address_hash HAVING count(*) >= 3
ON CONFLICT DO NOTHING
