-- The next version of a template; its number.
INSERT INTO analytics.notification_templates (name, version, document, created_by)
SELECT $1, coalesce(max(version), 0) + 1, $2::json, $3 FROM analytics.notification_templates WHERE name = $1 RETURNING version
