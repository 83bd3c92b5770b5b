-- How many of a rule's members should be held out is kept with its alerts, since shares change: so a lopsided rule is found out.

ALTER TABLE analytics.engagement_alerts ADD COLUMN held_share double precision;
COMMENT ON COLUMN analytics.engagement_alerts.held_share IS 'The share of members that would have been held out from it when it was made; null of older ones';
ALTER TABLE analytics.engagement_effect_days ADD COLUMN expected double precision NOT NULL DEFAULT 0;
COMMENT ON COLUMN analytics.engagement_effect_days.expected IS 'Of those that came, in either arm, how many should be held out';
-- Everything is counted anew.
UPDATE analytics.engagement_effect_passes SET after_member = NULL, counted_from = NULL, counted_to = NULL;
CREATE INDEX engagement_effect_days_day ON analytics.engagement_effect_days (day);
