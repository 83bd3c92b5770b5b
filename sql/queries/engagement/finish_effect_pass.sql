-- The count is over.
UPDATE analytics.engagement_effect_passes SET after_member = NULL, counted_from = least(counted_from, from_day),
	counted_to = greatest(counted_to, to_day), finished_at = clock_timestamp()
