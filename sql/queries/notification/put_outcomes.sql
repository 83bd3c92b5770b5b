-- What became of claimed intents, as long as the lease is still the writer's. The ids that were written. An attempt that was told ends the suspicion.
UPDATE analytics.notifications n SET status = u.status, crashes = CASE WHEN u.attempts > n.attempts THEN 0 ELSE n.crashes END, due_at = u.due_at, attempts = u.attempts, tries = u.tries, tried = u.tried,
	channel = u.channel, provider = u.provider, address = u.address, provider_ref = u.provider_ref, reason = u.reason,
	unknown = u.unknown, links = coalesce(u.links, n.links), sent_at = u.sent_at
FROM unnest($1::text[], $2::text[], $3::int8[], $4::int2[], $5::timestamptz[], $6::int4[], $7::int4[], $8::int2[], $9::int2[],
	$10::text[], $11::text[], $12::text[], $13::text[], $14::bool[], $15::json[], $16::timestamptz[])
	AS u (member_id, notification_id, fence, status, due_at, attempts, tries, tried, channel, provider, address, provider_ref,
		reason, unknown, links, sent_at)
WHERE n.member_id = u.member_id AND n.notification_id = u.notification_id AND n.fence = u.fence AND n.status = 3
RETURNING n.notification_id
