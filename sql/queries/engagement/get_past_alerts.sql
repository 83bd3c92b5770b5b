-- What members were told since $2, by member.
SELECT member_id, alert_id, rule_id, occasion, state, created_at, valid_until, coalesce(points_at_stake, 0), facts, lots
FROM analytics.engagement_alerts WHERE member_id = ANY ($1::text[]) AND created_at >= $2::timestamptz ORDER BY member_id, created_at DESC
