-- Findings that are new; those that were seen before are left out.
INSERT INTO analytics.insights (member_id, insight_id, kind, severity, sentence, evidence, period_from, period_to)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::json[], $7::date[], $8::date[])
ON CONFLICT (member_id, insight_id) DO NOTHING RETURNING member_id, insight_id, first_seen
