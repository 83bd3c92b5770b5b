-- Whether a member is in leaderboards; with the first yes comes the alias.
UPDATE analytics.milestone_members SET shown = $2::bool, alias = CASE WHEN $2::bool THEN coalesce(alias, (ARRAY['Otter', 'Robin', 'Hare', 'Heron', 'Badger', 'Wren',
	'Lynx', 'Finch', 'Beaver', 'Swift', 'Marten', 'Owl'])[1 + floor(random() * 12)::int] || ' ' || (1000 + floor(random() * 9000)::int)) END
WHERE member_id = $1 RETURNING alias
