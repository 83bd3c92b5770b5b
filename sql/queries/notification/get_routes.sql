-- The routes in use.
SELECT route_id, event_type, condition, template, fallback, category, priority, (extract(epoch FROM max_age) * 1000000)::int8, from_event
FROM analytics.notification_routes WHERE active ORDER BY route_id
