-- What the parts of both arms did from $1 to $2, by rule: members, days they were there, what they did before, and how many should be held out.
SELECT d.rule_id, d.held_out, d.part, sum(d.came)::int8,
	sum(d.came * (least($2::date, CASE WHEN d.rule_id = '' THEN 'infinity' ELSE d.day + 27 END) - greatest(d.day, $1::date) + 1))::float8,
	sum(d.spend_before), sum(d.visits_before), sum(d.points_before),
	sum(d.spend_minor) FILTER (WHERE d.day >= $1), sum(d.visits) FILTER (WHERE d.day >= $1), sum(d.points) FILTER (WHERE d.day >= $1), sum(d.expected)
FROM (SELECT * FROM analytics.engagement_effect_days WHERE rule_id = '' AND day <= $2
	UNION ALL SELECT * FROM analytics.engagement_effect_days WHERE rule_id <> '' AND day >= $1::date - 27 AND day <= $2) d
JOIN analytics.engagement_effect_published p ON p.day = d.day AND p.pass = d.pass
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
