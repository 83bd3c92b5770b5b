-- Members become due: an earlier time than theirs holds, and why is added (no more than 64 reasons are kept).
INSERT INTO analytics.engagement_pending AS p (member_id, due_at, position, causes, by_event)
SELECT u.member_id, u.due_at, u.position, u.causes, u.position > 0 FROM unnest($1::text[], $2::timestamptz[], $3::int8[], $4::json[]) AS u (member_id, due_at, position, causes)
ORDER BY u.member_id
ON CONFLICT (member_id) DO UPDATE SET due_at = least(p.due_at, excluded.due_at), waits = 0, by_event = p.by_event OR excluded.by_event, position = greatest(p.position, excluded.position),
	causes = CASE WHEN p.causes::text = '[]' THEN excluded.causes WHEN excluded.causes::text = '[]' OR json_array_length(p.causes) >= 64 THEN p.causes
		ELSE (p.causes::jsonb || excluded.causes::jsonb)::json END
