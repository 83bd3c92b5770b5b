-- A portion of the sums that no longer hold, and that no pass under way is making.
DELETE FROM analytics.peer_sums WHERE ctid = ANY(ARRAY(
	SELECT p.ctid FROM analytics.peer_sums p
	WHERE p.pass < $1::int8 AND NOT EXISTS (SELECT FROM analytics.peer_months m WHERE m.month = p.month AND m.pass = p.pass)
	LIMIT $2::int8))
