-- Members whose facts are as new as they must be; other instances take others.
SELECT p.member_id, a.position, a.facts_day, (to_jsonb(f) - 'facts' - 'fact_points' - 'fact_idle' || f.facts::jsonb)::text
FROM analytics.milestone_pending p JOIN analytics.member_facts_age a ON a.member_id = p.member_id AND a.position >= p.position AND a.facts_day IS NOT NULL
JOIN analytics.member_facts f ON f.member_id = p.member_id
ORDER BY p.since LIMIT $1::int8 FOR UPDATE OF p SKIP LOCKED
