-- The switch, the holdout, and the versions of what is kept in memory.
SELECT e.running, e.rules_version, e.holdout_key, e.holdout_share, p.catalogue_version, p.time_zone
FROM analytics.engagement_programme e, analytics.programme p
