-- How far the plan has come; no row if it is through. Held to the commit, no other instance waits for it.
SELECT after_member FROM analytics.engagement_plans WHERE plan = $1 AND finished_at IS NULL FOR UPDATE SKIP LOCKED
