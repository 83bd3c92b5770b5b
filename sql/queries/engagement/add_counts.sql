-- What a slice of looks adds to the counts of the rules.
INSERT INTO analytics.engagement_counts AS c (rule_id, rule_version, day, instance, evaluated, matched, sent, held_out, failed, fault)
SELECT u.rule_id, u.version, (now() AT TIME ZONE 'UTC')::date, $9, u.evaluated, u.matched, u.sent, u.held_out, u.failed, u.fault
FROM unnest($1::text[], $2::int4[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::text[])
	AS u (rule_id, version, evaluated, matched, sent, held_out, failed, fault)
ON CONFLICT (rule_id, rule_version, day, instance) DO UPDATE SET evaluated = c.evaluated + excluded.evaluated, matched = c.matched + excluded.matched,
	sent = c.sent + excluded.sent, held_out = c.held_out + excluded.held_out, failed = c.failed + excluded.failed, fault = coalesce(excluded.fault, c.fault)
