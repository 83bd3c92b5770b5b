-- What the member did with an alert.
UPDATE analytics.engagement_alerts SET state = $3::int2, revision = revision + 1,
	shown_at = coalesce(shown_at, CASE WHEN $3::int2 IN (1, 2) THEN clock_timestamp() END),
	acted_at = coalesce(acted_at, CASE WHEN $3::int2 = 2 THEN clock_timestamp() END),
	ended_at = CASE WHEN $3::int2 IN (2, 3) THEN clock_timestamp() END
WHERE member_id = $1 AND alert_id = $2
