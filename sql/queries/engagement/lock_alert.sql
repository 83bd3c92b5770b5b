-- An alert that was told, for a change.
SELECT state FROM analytics.engagement_alerts WHERE member_id = $1 AND alert_id = $2 AND state <> 6 FOR NO KEY UPDATE
