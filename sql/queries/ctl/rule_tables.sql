-- Which of the tables of rules are there.
SELECT to_regclass('analytics.engagement_rules') IS NOT NULL, to_regclass('analytics.milestone_definitions') IS NOT NULL,
	to_regclass('analytics.notification_campaigns') IS NOT NULL
