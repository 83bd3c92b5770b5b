-- Lots and wishes of members, in the order of their ids' places in $1.
SELECT u.member_id, m.lots, w.opted_out, w.marketing, w.categories, w.quiet_hours
FROM unnest($1::text[]) WITH ORDINALITY AS u (member_id, place)
LEFT JOIN analytics.engagement_members m ON m.member_id = u.member_id LEFT JOIN analytics.member_wishes w ON w.member_id = u.member_id
ORDER BY u.place
