-- A new count begins.
UPDATE analytics.peer_passes SET pass = pass + 1, after_member = '', from_month = $1::date, to_month = $2::date, events = $3::int8,
	started_at = clock_timestamp()
