-- The finished pass holds for its months from now on.
INSERT INTO analytics.peer_months (month, pass)
SELECT g::date, $1::int8 FROM generate_series($2::date, $3::date, interval '1 month') g
ON CONFLICT (month) DO UPDATE SET pass = excluded.pass
