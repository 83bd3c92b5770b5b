-- Open intents that newer ones of the same member and collapse key take the place of.
UPDATE analytics.notifications n SET status = 8, reason = 'collapsed'
FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS u (member_id, collapse_key)) k
WHERE n.member_id = k.member_id AND n.stage < 2 AND n.status <> 3 AND n.collapse_key = k.collapse_key
