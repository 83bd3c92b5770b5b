-- Progress of these members on milestones that are not in use: whoever puts one to use again has it counted anew.
DELETE FROM analytics.milestone_progress p WHERE p.member_id = ANY ($1::text[]) AND NOT EXISTS (SELECT FROM analytics.milestone_definitions d
	WHERE d.milestone_id = p.milestone_id AND d.activated_at IS NOT NULL AND d.retired_at IS NULL)
