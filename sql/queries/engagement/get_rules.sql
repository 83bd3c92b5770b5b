-- The newest version of every rule.
SELECT DISTINCT ON (rule_id) rule_id, version, state, created_by, created_at, document FROM analytics.engagement_rules ORDER BY rule_id, version DESC
