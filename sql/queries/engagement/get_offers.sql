-- Multipliers and promotions of active categories that are not over.
SELECT o.category, coalesce(c.name, o.category), o.valid_from, o.valid_to, o.points_multiplier, o.promotion
FROM analytics.category_offers o LEFT JOIN analytics.categories c ON c.category = o.category
WHERE (o.valid_to IS NULL OR o.valid_to > now()) AND (o.points_multiplier > 1 OR o.promotion IS NOT NULL) AND coalesce(c.active, true)
ORDER BY o.category, o.valid_from
