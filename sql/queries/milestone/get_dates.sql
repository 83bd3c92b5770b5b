-- A member's line of the calendar.
SELECT milestone_id, version, base, number, day, due_at FROM analytics.milestone_calendar WHERE member_id = $1
