-- Members whose facts are as new as they must be, those that wait longest first; other instances take others.
SELECT p.member_id FROM analytics.milestone_pending p
CROSS JOIN LATERAL (SELECT FROM analytics.member_facts f WHERE f.member_id = p.member_id AND f.position >= p.position AND f.facts_day IS NOT NULL OFFSET 0) f
ORDER BY p.since LIMIT $1::int8 FOR UPDATE OF p SKIP LOCKED
