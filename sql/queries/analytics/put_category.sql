-- The newest state of a category holds.
INSERT INTO analytics.categories (category, name, parent, active, rewards, updated_at) VALUES ($1, $2, $3, $4::bool, $5::json, $6::timestamptz)
ON CONFLICT (category) DO UPDATE SET name = excluded.name, parent = excluded.parent, active = excluded.active,
	rewards = excluded.rewards, updated_at = excluded.updated_at WHERE excluded.updated_at >= categories.updated_at
