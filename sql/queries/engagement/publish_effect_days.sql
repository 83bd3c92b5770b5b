-- The finished pass holds for its days from now on.
INSERT INTO analytics.engagement_effect_published (day, pass)
SELECT g::date, $1::int8 FROM generate_series($2::date, $3::date, interval '1 day') g
ON CONFLICT (day) DO UPDATE SET pass = excluded.pass
