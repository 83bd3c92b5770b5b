-- All awards of these members.
SELECT member_id, milestone_id, occurrence, version, state, live, skipped, derived, position, achieved_at, reverted_at, value, target, bonus, late_days
FROM analytics.milestone_awards WHERE member_id = ANY ($1::text[]) ORDER BY achieved_at, milestone_id, occurrence
