-- A number that is another one whenever the definitions in use, or the programme's zone or currency, are others.
SELECT hashtextextended((SELECT coalesce(string_agg(milestone_id || '@' || version, ' ' ORDER BY milestone_id), '') FROM analytics.milestone_definitions
	WHERE activated_at IS NOT NULL AND retired_at IS NULL) || (SELECT time_zone || currency FROM analytics.programme), 0)
