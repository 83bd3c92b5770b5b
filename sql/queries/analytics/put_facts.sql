-- Facts of members, unless an event has come in between.
UPDATE analytics.member_analytics m SET facts_day = $4::date, facts = u.facts
FROM unnest($1::text[], $2::int8[], $3::json[]) AS u (member_id, position, facts)
WHERE m.member_id = u.member_id AND m.position = u.position
