-- Which of these addresses are on the suppression list, for what and why.
SELECT s.channel, s.address_hash, s.scope, s.reason
FROM unnest($1::int2[], $2::bytea[]) AS u (channel, address_hash)
JOIN analytics.notification_suppressions s ON s.channel = u.channel AND s.address_hash = u.address_hash
