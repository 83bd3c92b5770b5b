-- What became of matches and alerts of days before $1.
DELETE FROM analytics.engagement_outcomes WHERE ctid = ANY (ARRAY(SELECT ctid FROM analytics.engagement_outcomes WHERE day < $1::timestamptz LIMIT $2::int8))
