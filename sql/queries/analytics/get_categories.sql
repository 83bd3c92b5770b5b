-- All categories.
SELECT category, name, active FROM analytics.categories ORDER BY category
