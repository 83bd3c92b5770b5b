-- Why candidates became no alerts; the same again is counted.
INSERT INTO analytics.engagement_decisions (member_id, rule_id, occasion, reason, rule_version, score, detail, first_at, decided_at)
SELECT DISTINCT ON (u.member_id, u.rule_id, u.occasion, u.reason) u.*, $8::timestamptz, $8::timestamptz
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int4[], $6::float8[], $7::text[]) AS u (member_id, rule_id, occasion, reason, rule_version, score, detail)
ORDER BY u.member_id, u.rule_id, u.occasion, u.reason
ON CONFLICT (member_id, rule_id, occasion, reason) DO UPDATE SET times = engagement_decisions.times + 1, rule_version = excluded.rule_version,
	score = excluded.score, detail = excluded.detail, decided_at = excluded.decided_at
