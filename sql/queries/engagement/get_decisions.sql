-- Why candidates of a member became no alerts.
SELECT rule_id, rule_version, occasion, reason, detail, score, times, first_at, decided_at FROM analytics.engagement_decisions
WHERE member_id = $1 ORDER BY decided_at DESC, rule_id, occasion LIMIT $2::int8
