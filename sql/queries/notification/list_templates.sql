-- The newest version in use of every template, a page behind a name.
SELECT DISTINCT ON (name) name, version, created_at, created_by, document -> 'description' FROM analytics.notification_templates
WHERE active AND ($1::text IS NULL OR name > $1) ORDER BY name, version DESC LIMIT $2
