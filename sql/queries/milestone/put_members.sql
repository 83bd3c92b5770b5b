-- What enrolments say of members.
UPDATE analytics.milestone_members m SET profile = n.profile, time_zone = n.zone
FROM unnest($1::text[], $2::json[], $3::text[]) AS n (member_id, profile, zone) WHERE m.member_id = n.member_id
