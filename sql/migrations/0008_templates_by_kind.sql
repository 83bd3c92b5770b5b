-- Milestones are told by templates of their kind; offers need consent, so they leave the category of insights. Routes that were changed stay.

UPDATE analytics.notification_routes SET template = '{{template}}{{^template}}milestone_{{kind}}{{/template}}'
WHERE route_id = 'milestones' AND event_type = 'MilestoneAchievedEvent' AND template = 'milestone_{{milestone_id}}' AND fallback = 'milestone';

WITH changed AS (
	UPDATE analytics.notification_routes
	SET condition = '{"!": [{"or": [{"in": ["expir", {"var": "kind"}]}, {"in": ["tier", {"var": "kind"}]}, {"in": [{"var": "kind"}, ["promotion_match", "birthday_offer", "anniversary_offer", "first_purchase_nudge", "dormancy", "churn_risk", "redemption_recommended", "streak_about_to_break"]]}]}]}'
	WHERE route_id = 'alerts' AND event_type = 'EngagementAlertTriggeredEvent' AND template = 'alert_{{kind}}' AND fallback = 'alert' AND category = 'insights' AND priority = 2 AND active
	AND condition::text = '{"!": [{"or": [{"in": ["expir", {"var": "kind"}]}, {"in": ["tier", {"var": "kind"}]}]}]}'
	RETURNING event_type, template, fallback, priority
)
INSERT INTO analytics.notification_routes (route_id, event_type, condition, template, fallback, category, priority)
SELECT route_id, event_type, condition::json, template, fallback, category, priority
FROM changed, (VALUES
	('alerts_offers', '{"in": [{"var": "kind"}, ["promotion_match", "birthday_offer", "anniversary_offer", "first_purchase_nudge", "dormancy", "churn_risk"]]}', 'promotions'),
	('alerts_rewards', '{"==": [{"var": "kind"}, "redemption_recommended"]}', 'recommendations'),
	('alerts_streak', '{"==": [{"var": "kind"}, "streak_about_to_break"]}', 'milestones')) added (route_id, condition, category)
ON CONFLICT (route_id) DO NOTHING;
