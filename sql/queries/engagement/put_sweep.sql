-- Something on offer begins to go through the members; once per event.
INSERT INTO analytics.engagement_sweeps (sweep_id, category, created_at, expires_at, look_at)
VALUES ($1, $2, $3::timestamptz, $4::timestamptz, greatest($5::timestamptz, now())) ON CONFLICT (sweep_id) DO NOTHING
