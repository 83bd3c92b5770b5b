-- A route, new or replaced.
INSERT INTO analytics.notification_routes (route_id, event_type, condition, template, fallback, category, priority, max_age, from_event)
VALUES ($1, $2, $3::json, $4, $5, $6, $7::int8::int2, $8::int8 * interval '1 second', $9::bool)
ON CONFLICT (route_id) DO UPDATE SET event_type = excluded.event_type, condition = excluded.condition, template = excluded.template,
	fallback = excluded.fallback, category = excluded.category, priority = excluded.priority, max_age = excluded.max_age,
	from_event = excluded.from_event, active = true, updated_at = clock_timestamp()
