-- All multipliers with their windows.
SELECT category, valid_from, valid_to, points_multiplier, promotion ->> 'title' FROM analytics.category_offers ORDER BY category, valid_from
