-- The newest version of an engagement rule.
SELECT version, document FROM analytics.engagement_rules WHERE rule_id = $1 ORDER BY version DESC LIMIT 1
