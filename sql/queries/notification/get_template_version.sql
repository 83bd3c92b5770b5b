-- A version of a template.
SELECT version, document FROM analytics.notification_templates WHERE name = $1 AND version = $2::int4
