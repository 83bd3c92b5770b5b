-- Members with a date milestone that is due, those that wait longest first; other instances take others.
SELECT m.member_id FROM (SELECT member_id FROM analytics.milestone_calendar WHERE due_at <= $1 ORDER BY due_at LIMIT $2::int8) c
JOIN analytics.milestone_members m USING (member_id) FOR UPDATE OF m SKIP LOCKED
