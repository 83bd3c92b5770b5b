-- Takes a route away.
DELETE FROM analytics.notification_routes WHERE route_id = $1 RETURNING route_id
