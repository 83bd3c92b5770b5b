-- Members are to be planned by these versions ($1), which begins anew if others were before.
WITH gone AS (DELETE FROM analytics.engagement_plans WHERE plan <> $1)
INSERT INTO analytics.engagement_plans (plan) VALUES ($1) ON CONFLICT (plan) DO NOTHING
