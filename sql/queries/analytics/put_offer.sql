-- A multiplier or promotion from an instant on; the newest word on the same start holds.
INSERT INTO analytics.category_offers (category, valid_from, valid_to, points_multiplier, promotion, updated_at)
VALUES ($1, $2::timestamptz, $3::timestamptz, $4::float8, $5::json, $6::timestamptz)
ON CONFLICT (category, valid_from) DO UPDATE SET valid_to = excluded.valid_to, points_multiplier = excluded.points_multiplier,
	promotion = excluded.promotion, updated_at = excluded.updated_at WHERE excluded.updated_at >= category_offers.updated_at
