-- Where events of members are.
INSERT INTO analytics.milestone_entries (member_id, entry_key, position) SELECT * FROM unnest($1::text[], $2::text[], $3::int8[])
ON CONFLICT (member_id, entry_key, position) DO NOTHING
