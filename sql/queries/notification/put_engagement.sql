-- What is known of each notification grows.
UPDATE analytics.notifications n SET engagement = n.engagement | u.bits
FROM (SELECT id, bit_or(bits) AS bits FROM unnest($1::text[], $2::int2[]) AS t (id, bits) GROUP BY id) u WHERE n.notification_id = u.id
