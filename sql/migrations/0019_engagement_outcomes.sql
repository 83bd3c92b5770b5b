-- What becomes of matches and of alerts is counted when it happens, so that a funnel reads sums and no decisions or alerts.

CREATE TABLE analytics.engagement_outcomes (
	rule_id      text    NOT NULL,
	day          date    NOT NULL,
	rule_version integer NOT NULL,
	instance     text    NOT NULL,
	step         text    NOT NULL,
	reason       text    NOT NULL DEFAULT '',
	count        bigint  NOT NULL,
	PRIMARY KEY (rule_id, day, rule_version, instance, step, reason)
) WITH (fillfactor = 50);
COMMENT ON TABLE analytics.engagement_outcomes IS 'Beside engagement_counts: what became of the matches of a day (UTC), and of the alerts that were made on it; one row per instance, so that they do not wait for each other';
COMMENT ON COLUMN analytics.engagement_outcomes.step IS 'suppressed (with its reason), already_told; of alerts shown, and how they ended: acted, dismissed, expired, withdrawn';

-- What was decided before.
INSERT INTO analytics.engagement_outcomes (rule_id, day, rule_version, instance, step, reason, count)
	SELECT rule_id, (decided_at AT TIME ZONE 'UTC')::date, rule_version, '', 'suppressed', reason, sum(times)
	FROM analytics.engagement_decisions WHERE reason NOT IN ('holdout', 'rule_holdout', 'failed') GROUP BY 1, 2, 3, 6
	UNION ALL
	SELECT rule_id, (created_at AT TIME ZONE 'UTC')::date, rule_version, '', v.step, '', count(*)
	FROM analytics.engagement_alerts, LATERAL (SELECT 'shown' WHERE shown_at IS NOT NULL
		UNION ALL SELECT (ARRAY['acted', 'dismissed', 'expired', 'withdrawn'])[state - 1] WHERE state BETWEEN 2 AND 5) v (step) GROUP BY 1, 2, 3, 5;

GRANT SELECT, INSERT, UPDATE, DELETE ON analytics.engagement_outcomes TO ae_engagement;

-- They were there for the funnel alone.
DROP INDEX analytics.engagement_decisions_rule, analytics.engagement_alerts_rule;
