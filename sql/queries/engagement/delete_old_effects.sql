-- A portion of the sums that no longer hold, and that no pass under way is making.
DELETE FROM analytics.engagement_effect_days WHERE ctid = ANY(ARRAY(
	SELECT d.ctid FROM analytics.engagement_effect_days d
	WHERE d.pass < $1::int8 AND NOT EXISTS (SELECT FROM analytics.engagement_effect_published p WHERE p.day = d.day AND p.pass = d.pass)
	LIMIT $2::int8))
