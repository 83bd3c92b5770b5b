-- When members are looked at next (due_at null: their facts are not there yet, after half a second that doubles), and what counts as looked at now (judged_at null: nothing does, and the causes stay).
UPDATE analytics.engagement_pending p SET due_at = coalesce(u.due_at, now() + 0.5 * 2 ^ least(p.waits, 12) * interval '1 second'),
	waits = CASE WHEN u.due_at IS NULL THEN least(p.waits + 1, 12) ELSE 0 END, judged_at = coalesce(u.judged_at, p.judged_at), by_event = p.by_event AND u.judged_at IS NULL,
	judged = CASE WHEN u.judged_at IS NULL THEN p.judged ELSE u.judged END, causes = CASE WHEN u.judged_at IS NULL THEN p.causes ELSE '[]' END
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::json[]) AS u (member_id, due_at, judged_at, judged) WHERE p.member_id = u.member_id
