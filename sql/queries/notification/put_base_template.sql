-- A template of the release, where there is none of that name or the newest is of an earlier release.
INSERT INTO analytics.notification_templates (name, version, document, created_by)
SELECT $1, coalesce(n.version, 0) + 1, $2::json, 'release' FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT version, document::text AS document, created_by FROM analytics.notification_templates WHERE name = $1 ORDER BY version DESC LIMIT 1) n ON true
WHERE n.version IS NULL OR (n.created_by = 'release' AND n.document <> $2::text)
ON CONFLICT DO NOTHING
