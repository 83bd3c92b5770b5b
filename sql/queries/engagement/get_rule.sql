-- A version of a rule, the newest if $2 is 0.
SELECT rule_id, version, state, created_by, created_at, document FROM analytics.engagement_rules
WHERE rule_id = $1 AND ($2::int8 = 0 OR version = $2::int8) ORDER BY version DESC LIMIT 1
