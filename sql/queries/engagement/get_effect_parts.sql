-- What the parts of both arms did from $1 to $2, by rule: members, days they were there, and what they did before.
SELECT d.rule_id, d.held_out, d.part, sum(d.came)::int8,
	sum(d.came * (least($2::date, CASE WHEN d.rule_id = '' THEN 'infinity' ELSE d.day + 27 END) - greatest(d.day, $1::date) + 1))::float8,
	sum(d.spend_before), sum(d.visits_before), sum(d.points_before),
	sum(d.spend_minor) FILTER (WHERE d.day >= $1), sum(d.visits) FILTER (WHERE d.day >= $1), sum(d.points) FILTER (WHERE d.day >= $1)
FROM analytics.engagement_effect_days d JOIN analytics.engagement_effect_published p ON p.day = d.day AND p.pass = d.pass
WHERE d.day <= $2 AND (d.rule_id = '' OR d.day >= $1::date - 27) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
