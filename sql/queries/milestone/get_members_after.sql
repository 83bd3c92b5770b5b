-- The next members in the order of their ids, with their facts if these are asked for.
SELECT m.member_id, coalesce(a.position, 0), a.facts_day, CASE WHEN a.facts_day IS NOT NULL THEN (to_jsonb(f) - 'facts' - 'fact_points' - 'fact_idle' || f.facts::jsonb)::text END
FROM (SELECT member_id FROM analytics.milestone_members WHERE member_id > $1::text ORDER BY member_id LIMIT $2::int8) m
LEFT JOIN LATERAL (SELECT * FROM analytics.member_facts_age a WHERE a.member_id = m.member_id AND $3::bool) a ON true
LEFT JOIN LATERAL (SELECT * FROM analytics.member_facts f WHERE f.member_id = m.member_id AND $3::bool) f ON true
ORDER BY m.member_id
