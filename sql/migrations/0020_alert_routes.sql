-- Alerts are sent as of the category that they say, which is what members refuse and consent to; an alert that says none goes by its kind, as before.
-- If any of these routes was changed, all stay as they are.

WITH released (route_id, condition, category) AS (VALUES
	('alerts', '{"!": [{"or": [{"in": ["expir", {"var": "kind"}]}, {"in": ["tier", {"var": "kind"}]}, {"in": [{"var": "kind"}, ["promotion_match", "birthday_offer", "anniversary_offer", "first_purchase_nudge", "dormancy", "churn_risk", "redemption_recommended", "streak_about_to_break"]]}]}]}', 'insights'),
	('alerts_expiry', '{"in": ["expir", {"var": "kind"}]}', 'expiry_warnings'),
	('alerts_tier', '{"in": ["tier", {"var": "kind"}]}', 'tier'),
	('alerts_offers', '{"in": [{"var": "kind"}, ["promotion_match", "birthday_offer", "anniversary_offer", "first_purchase_nudge", "dormancy", "churn_risk"]]}', 'promotions'),
	('alerts_rewards', '{"==": [{"var": "kind"}, "redemption_recommended"]}', 'recommendations'),
	('alerts_streak', '{"==": [{"var": "kind"}, "streak_about_to_break"]}', 'milestones')
), unchanged AS (
	SELECT r.route_id, r.condition FROM analytics.notification_routes r JOIN released o USING (route_id, category)
	WHERE r.condition::text = o.condition AND event_type = 'EngagementAlertTriggeredEvent' AND template = 'alert_{{kind}}' AND fallback = 'alert' AND priority = 2 AND active
), may AS (SELECT FROM unchanged HAVING count(*) = 6), kinds AS (
	UPDATE analytics.notification_routes r SET condition = ('{"and": [{"!": [{"var": "category"}]}, ' || u.condition::text || ']}')::json
	FROM unchanged u, may WHERE r.route_id = u.route_id
)
INSERT INTO analytics.notification_routes (route_id, event_type, condition, template, fallback, category, priority)
SELECT 'alerts_of_' || c, 'EngagementAlertTriggeredEvent', ('{"==": [{"var": "category"}, "' || c || '"]}')::json, 'alert_{{kind}}', 'alert', c, 2
FROM may, unnest('{points, expiry_warnings, tier, milestones, insights, promotions, recommendations}'::text[]) c
ON CONFLICT (route_id) DO NOTHING;
