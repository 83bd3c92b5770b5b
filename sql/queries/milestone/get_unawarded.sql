-- Of these members those that do not have the occurrence, in the order of their places. One look by index each, whatever the planner thinks.
SELECT u.place - 1 FROM unnest($1::text[]) WITH ORDINALITY AS u (member_id, place)
WHERE (SELECT count(*) FROM analytics.milestone_awards a WHERE a.member_id = u.member_id AND a.milestone_id = $2 AND a.occurrence = $3) = 0 ORDER BY u.place
