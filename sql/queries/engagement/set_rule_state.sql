-- The state of a rule's newest version; tells all instances. The version.
WITH set AS (UPDATE analytics.engagement_rules SET state = $2
	WHERE rule_id = $1 AND version = (SELECT max(version) FROM analytics.engagement_rules WHERE rule_id = $1) RETURNING version),
told AS (UPDATE analytics.engagement_programme SET rules_version = rules_version + 1 WHERE EXISTS (SELECT FROM set))
SELECT version FROM set
