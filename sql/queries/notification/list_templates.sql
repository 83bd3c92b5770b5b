-- The newest version in use of every template.
SELECT DISTINCT ON (name) name, version, created_at, created_by, document -> 'description' FROM analytics.notification_templates
WHERE active ORDER BY name, version DESC
