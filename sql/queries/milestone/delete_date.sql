-- A date milestone that is no more.
DELETE FROM analytics.milestone_calendar WHERE member_id = $1 AND milestone_id = $2
