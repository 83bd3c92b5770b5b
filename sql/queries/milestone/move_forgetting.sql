-- How far it has come; null as the place: through, and on again in a week.
UPDATE analytics.milestone_forgetting SET after_member = coalesce($1::text, ''), members = members + $2::int8,
	look_at = CASE WHEN $1::text IS NULL THEN now() + interval '7 days' ELSE look_at END
