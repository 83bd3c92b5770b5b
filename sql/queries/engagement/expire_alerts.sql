-- Open alerts whose time is over.
UPDATE analytics.engagement_alerts SET state = 4, revision = revision + 1, ended_at = valid_until
WHERE ctid = ANY (ARRAY(SELECT ctid FROM analytics.engagement_alerts WHERE state IN (0, 1) AND valid_until <= now() ORDER BY valid_until LIMIT $1::int8 FOR NO KEY UPDATE SKIP LOCKED))
	AND state BETWEEN 0 AND 1
