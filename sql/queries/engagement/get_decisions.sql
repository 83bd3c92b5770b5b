-- Why candidates of a member became no alerts, the newest first, after a time and what was decided then.
SELECT rule_id, rule_version, occasion, reason, detail, score, times, first_at, decided_at FROM analytics.engagement_decisions
WHERE member_id = $1 AND (decided_at < $3::timestamptz OR (decided_at = $3::timestamptz AND (reason, rule_id, occasion) > ($4, $5, $6)))
ORDER BY decided_at DESC, reason, rule_id, occasion LIMIT $2::int8
