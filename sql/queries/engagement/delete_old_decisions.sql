-- Decisions of before $1.
DELETE FROM analytics.engagement_decisions WHERE ctid = ANY (ARRAY(SELECT ctid FROM analytics.engagement_decisions WHERE decided_at < $1::timestamptz ORDER BY decided_at LIMIT $2::int8))
