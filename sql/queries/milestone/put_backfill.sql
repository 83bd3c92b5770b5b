-- The members of before are to be gone through for this definition.
INSERT INTO analytics.milestone_backfills (milestone_id, version) VALUES ($1, $2) ON CONFLICT DO NOTHING
