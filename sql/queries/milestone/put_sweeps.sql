-- Milestones over facts that have not been asked daily yet: from now on they are.
INSERT INTO analytics.milestone_sweeps (milestone_id, version, day, finished_at)
SELECT d.milestone_id, d.version, $1::date - 1, clock_timestamp() FROM analytics.milestone_definitions d
WHERE d.activated_at IS NOT NULL AND d.retired_at IS NULL AND (d.document -> 'rule' IS NOT NULL OR d.document -> 'segment' IS NOT NULL)
	AND d.document ->> 'kind' NOT IN ('anniversary', 'birthday')
	AND NOT EXISTS (SELECT FROM analytics.milestone_sweeps s WHERE s.milestone_id = d.milestone_id AND s.version = d.version)
ON CONFLICT DO NOTHING
