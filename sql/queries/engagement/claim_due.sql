-- Members that are due, longest first, and that no other instance looks at; held to the commit.
SELECT member_id, position, causes, judged_at, judged, by_event FROM analytics.engagement_pending
WHERE due_at <= now() ORDER BY due_at LIMIT $1::int8 FOR NO KEY UPDATE SKIP LOCKED
