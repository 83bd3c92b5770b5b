-- Members up to $1 are counted.
UPDATE analytics.engagement_effect_passes SET after_member = $1
