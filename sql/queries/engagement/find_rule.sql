-- Whether there is such a rule, in any version.
SELECT 1 FROM analytics.engagement_rules WHERE rule_id = $1 LIMIT 1
