-- The routes in use, a page behind a name.
SELECT route_id, event_type, condition, template, fallback, category, priority, (extract(epoch FROM max_age) * 1000000)::int8, from_event
FROM analytics.notification_routes WHERE active AND ($1::text IS NULL OR route_id > $1) ORDER BY route_id LIMIT $2
