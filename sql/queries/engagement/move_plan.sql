-- How far the plan has come; $4: it is through.
UPDATE analytics.engagement_plans SET after_member = coalesce($2, after_member), members = members + $3::int8,
	finished_at = CASE WHEN $4::bool THEN clock_timestamp() END WHERE plan = $1
