-- Writes points ledgers back, new ones too.
INSERT INTO analytics.points_ledgers (member_id, entries) SELECT * FROM unnest($1::text[], $2::json[])
ON CONFLICT (member_id) DO UPDATE SET entries = excluded.entries
