-- New intents; those whose dedup_key is known are left out. The ids that went in.
INSERT INTO analytics.notifications (notification_id, member_id, priority, category, template, template_version, variables, channels,
	cause, client, created_at, due_at, expires_at, collapse_key, dedup_key, status, locale, metadata, likeness, test, campaign_id)
SELECT * FROM unnest($1::text[], $2::text[], $3::int2[], $4::text[], $5::text[], $6::int4[], $7::json[], $8::int2[], $9::json[],
	$10::text[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::text[], $16::int2[], $17::text[],
	$18::json[], $19::bytea[], $20::json[], $21::text[])
ON CONFLICT DO NOTHING RETURNING notification_id
