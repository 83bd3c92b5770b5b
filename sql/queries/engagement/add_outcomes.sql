-- What became of matches in a slice of looks, added up by rule, step and reason.
INSERT INTO analytics.engagement_outcomes AS o (rule_id, rule_version, day, instance, step, reason, count)
SELECT u.rule_id, u.version, (now() AT TIME ZONE 'UTC')::date, $6, u.step, u.reason, u.count
FROM unnest($1::text[], $2::int4[], $3::text[], $4::text[], $5::int8[]) AS u (rule_id, version, step, reason, count)
ON CONFLICT (rule_id, day, rule_version, instance, step, reason) DO UPDATE SET count = o.count + excluded.count
