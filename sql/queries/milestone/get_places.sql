-- Up to which position these members' events are applied.
SELECT u.member_id, (SELECT coalesce(max(e.position), 0) FROM analytics.milestone_entries e WHERE e.member_id = u.member_id) FROM unnest($1::text[]) AS u (member_id)
