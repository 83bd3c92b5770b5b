-- Rules whose newest version is active.
SELECT rule_id, version, document FROM (SELECT DISTINCT ON (rule_id) rule_id, version, document, state FROM analytics.engagement_rules
	ORDER BY rule_id, version DESC) newest WHERE state = 'active' ORDER BY rule_id
