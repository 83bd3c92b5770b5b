-- Of these members those that are due and that no other instance looks at; held to the commit.
SELECT member_id, position, causes, judged_at, judged, by_event FROM analytics.engagement_pending
WHERE member_id = ANY ($1::text[]) AND due_at <= now() FOR NO KEY UPDATE SKIP LOCKED
