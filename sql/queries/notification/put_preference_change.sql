-- Who changed what.
INSERT INTO analytics.notification_preference_changes (member_id, version, actor, way, request_id, before, after)
VALUES ($1, $2, $3, $4, $5, $6::json, $7::json)
