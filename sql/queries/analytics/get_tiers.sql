-- The tier table, lowest first.
SELECT tier, rank::int8, qualifying_points, window_days::int8 FROM analytics.tiers ORDER BY rank
