-- Offers that have gone through the members before $1.
DELETE FROM analytics.engagement_sweeps WHERE ctid = ANY (ARRAY(SELECT ctid FROM analytics.engagement_sweeps WHERE finished_at < $1::timestamptz LIMIT $2::int8))
