-- What is to be had for points, by category.
SELECT rewards FROM analytics.categories WHERE active AND rewards IS NOT NULL ORDER BY category
