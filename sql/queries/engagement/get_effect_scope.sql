-- What effects are measured by: since when and how many are held out, and which days are counted.
SELECT e.holdout_share, (e.began_at AT TIME ZONE g.time_zone)::date, p.counted_to, p.finished_at, g.currency
FROM analytics.engagement_programme e, analytics.engagement_effect_passes p, analytics.programme g
