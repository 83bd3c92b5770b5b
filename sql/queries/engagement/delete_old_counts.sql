-- Counts of days before $1.
DELETE FROM analytics.engagement_counts WHERE ctid = ANY (ARRAY(SELECT ctid FROM analytics.engagement_counts WHERE day < $1::timestamptz LIMIT $2::int8))
