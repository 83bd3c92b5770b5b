-- Lines of the log, in their order.
INSERT INTO analytics.notification_logs (member_id, notification_id, at, what, channel, provider, attempt, code, detail, evidence)
SELECT member_id, notification_id, at, what, channel, provider, attempt, code, detail, evidence
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::int2[], $6::text[], $7::int4[], $8::text[], $9::text[],
	$10::json[]) WITH ORDINALITY
	AS u (member_id, notification_id, at, what, channel, provider, attempt, code, detail, evidence, place)
ORDER BY place
