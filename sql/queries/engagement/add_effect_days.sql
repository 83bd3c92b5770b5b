-- Adds members after $1 up to $2 to the sums of pass $3, days $4 to $5; a day's spend counts as $6 at most, and the holdout began on $7.
-- The limits cut nothing off: they tell the planner of one row, and of few members, where it would expect a thousandth of all.
INSERT INTO analytics.engagement_effect_days AS e
	(rule_id, day, pass, held_out, part, came, expected, spend_before, visits_before, points_before, spend_minor, visits, points)
WITH members AS MATERIALIZED (
	SELECT m.member_id, analytics.engagement_share(p.holdout_key, '', m.member_id) < p.holdout_share AS held_out,
		floor(40 * analytics.engagement_share(p.holdout_key, 'part', m.member_id))::int2 AS part, p.holdout_share, coalesce(m.time_zone, g.time_zone) AS zone,
		greatest(m.since, p.began_at) AS first_at, g.currency
	FROM (SELECT * FROM analytics.effect_members WHERE member_id > $1 AND member_id <= $2 LIMIT 100) m,
		(SELECT * FROM analytics.engagement_programme LIMIT 1) p, (SELECT * FROM analytics.programme LIMIT 1) g
), doings AS (
	SELECT s.member_id, s.day, CASE WHEN s.currency = m.currency THEN s.spend_minor ELSE 0 END AS spend, s.purchases, 0::int8 AS points
	FROM analytics.spending_by_day s JOIN members m USING (member_id)
	WHERE s.member_id > $1 AND s.member_id <= $2 AND s.month > $4::date - 123 AND s.month <= $5::date
	UNION ALL
	SELECT member_id, day, 0, 0, earned FROM analytics.points_by_day
	WHERE member_id > $1 AND member_id <= $2 AND month > $4::date - 123 AND month <= $5::date
), days AS MATERIALIZED (
	SELECT member_id, day, least(greatest(sum(spend)::float8, -$6::float8), $6::float8) AS spend, (sum(purchases) > 0)::int AS visits, sum(points)::float8 AS points
	FROM doings WHERE day <= $5::date GROUP BY 1, 2
), wins AS (
	SELECT DISTINCT ON (member_id, rule_id) member_id, rule_id, state = 6 AS held_out, promotional, held_share, created_at
	FROM analytics.engagement_alerts WHERE member_id > $1 AND member_id <= $2 ORDER BY member_id, rule_id, created_at
), stays AS (
	SELECT member_id, '' AS rule_id, held_out, part, holdout_share AS expected, greatest((first_at AT TIME ZONE zone)::date, $7::date) AS first, 'infinity'::date AS last FROM members
	UNION ALL
	SELECT member_id, rule_id, w.held_out, part, coalesce(w.held_share, CASE WHEN w.promotional THEN holdout_share ELSE 0 END), (created_at AT TIME ZONE zone)::date, (created_at AT TIME ZONE zone)::date + 27
	FROM wins w JOIN members USING (member_id)
), rows AS (
	SELECT s.rule_id, s.first AS day, s.held_out, s.part, 1 AS came, s.expected, coalesce(b.spend, 0) AS spend_before, coalesce(b.visits, 0) AS visits_before,
		coalesce(b.points, 0) AS points_before, 0 AS spend, 0 AS visits, 0 AS points
	FROM stays s, LATERAL (SELECT sum(d.spend) AS spend, sum(d.visits) AS visits, sum(d.points) AS points FROM days d
		WHERE d.member_id = s.member_id AND d.day >= s.first - 91 AND d.day < s.first) b
	WHERE s.first >= $4::date AND s.first <= $5::date
	UNION ALL
	SELECT s.rule_id, d.day, s.held_out, s.part, 0, 0, 0, 0, 0, d.spend, d.visits, d.points
	FROM stays s JOIN days d ON d.member_id = s.member_id AND d.day >= greatest(s.first, $4::date) AND d.day <= s.last
)
SELECT rule_id, day, $3::int8, held_out, part, sum(came), sum(expected), sum(spend_before), sum(visits_before), sum(points_before), sum(spend), sum(visits), sum(points)
FROM rows GROUP BY 1, 2, 4, 5 ORDER BY 1, 2, 4, 5
ON CONFLICT (rule_id, day, pass, held_out, part) DO UPDATE SET came = e.came + excluded.came, expected = e.expected + excluded.expected,
	spend_before = e.spend_before + excluded.spend_before, visits_before = e.visits_before + excluded.visits_before,
	points_before = e.points_before + excluded.points_before, spend_minor = e.spend_minor + excluded.spend_minor,
	visits = e.visits + excluded.visits, points = e.points + excluded.points
