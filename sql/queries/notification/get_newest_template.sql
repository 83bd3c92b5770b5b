-- The newest version of a template that is in use.
SELECT version, document FROM analytics.notification_templates WHERE name = $1 AND active ORDER BY version DESC LIMIT 1
