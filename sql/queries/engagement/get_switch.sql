-- Whether alerts are made, and who said so.
SELECT running, reason, changed_by, changed_at, holdout_share FROM analytics.engagement_programme
