-- The next days of members' date milestones.
INSERT INTO analytics.milestone_calendar (member_id, milestone_id, version, base, number, day, due_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::int4[], $4::date[], $5::int4[], $6::date[], $7::timestamptz[])
ON CONFLICT (member_id, milestone_id) DO UPDATE SET version = excluded.version, base = excluded.base, number = excluded.number, day = excluded.day,
	due_at = excluded.due_at
