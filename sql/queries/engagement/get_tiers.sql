-- Tiers and the points they need.
SELECT tier, qualifying_points FROM analytics.tiers ORDER BY rank
