-- What the treated do more than the holdout: sums by day, made by a daily count through all members.

-- The month of a row is a column at the end, so that a range of days finds its rows by key.
CREATE OR REPLACE VIEW analytics.spending_by_day AS
	SELECT s.member_id, s.period_start + (c ->> 1)::int - 1 AS day, c ->> 0 AS currency, c ->> 2 AS category,
		(c ->> 3)::bigint AS spend_minor, (c ->> 4)::bigint AS purchases, (c ->> 5)::bigint AS reversals, s.period_start AS month
	FROM analytics.spending_summaries s, json_array_elements(s.spend) c;
CREATE OR REPLACE VIEW analytics.points_by_day AS
	SELECT s.member_id, s.period_start + (c ->> 0)::int - 1 AS day, c ->> 1 AS category, (c ->> 2)::bigint AS earned,
		(c ->> 3)::bigint AS redeemed, (c ->> 4)::bigint AS qualifying, s.period_start AS month
	FROM analytics.spending_summaries s, json_array_elements(s.points) c;

-- What members spent on single days in the programme's currency: of some pages of the table, wherever they lie.
CREATE FUNCTION analytics.some_daily_spends(wanted float8) RETURNS TABLE (spend float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = analytics, pg_temp AS $$
DECLARE part float8 := (SELECT 100 * least(1, wanted / greatest(reltuples, 1)) FROM pg_class WHERE oid = 'spending_summaries'::regclass);
BEGIN
	RETURN QUERY SELECT sum((c ->> 3)::float8) FROM spending_summaries s TABLESAMPLE SYSTEM (part), json_array_elements(s.spend) c
		WHERE c ->> 0 = (SELECT currency FROM programme) GROUP BY s.member_id, s.period_start, c ->> 1 HAVING sum((c ->> 3)::float8) > 0;
END $$;
REVOKE EXECUTE ON FUNCTION analytics.some_daily_spends FROM public;

CREATE VIEW analytics.effect_members AS
	SELECT member_id, time_zone, coalesce(enrolled_at, first_transaction_at) AS since FROM analytics.member_analytics;
COMMENT ON VIEW analytics.effect_members IS 'Since when a member is there, and by which days it lives; analytics writes it';

CREATE TABLE analytics.engagement_effect_days (
	rule_id      text     NOT NULL,
	day          date     NOT NULL,
	pass         bigint   NOT NULL,
	held_out     boolean  NOT NULL,
	part         smallint NOT NULL,
	came         bigint   NOT NULL DEFAULT 0,
	spend_before double precision NOT NULL DEFAULT 0,
	visits_before double precision NOT NULL DEFAULT 0,
	points_before double precision NOT NULL DEFAULT 0,
	spend_minor  double precision NOT NULL DEFAULT 0,
	visits       double precision NOT NULL DEFAULT 0,
	points       double precision NOT NULL DEFAULT 0,
	PRIMARY KEY (rule_id, day, pass, held_out, part)
) WITH (fillfactor = 50);
COMMENT ON TABLE analytics.engagement_effect_days IS 'What the members of an arm did on each day; an arm is cut into random parts, whose differences tell how far chance goes';
COMMENT ON COLUMN analytics.engagement_effect_days.rule_id IS 'Members from the first time on that they won an alert of the rule, for 28 days; '''': all members';
COMMENT ON COLUMN analytics.engagement_effect_days.came IS 'Members whose first day this is, with what they did in the 91 days before it';
COMMENT ON COLUMN analytics.engagement_effect_days.visits IS 'Members that bought on that day';

CREATE TABLE analytics.engagement_effect_passes (
	one          boolean PRIMARY KEY DEFAULT true CHECK (one),
	pass         bigint NOT NULL DEFAULT 0,
	after_member text,
	from_day     date,
	to_day       date,
	cap_minor    double precision NOT NULL DEFAULT 'Infinity',
	counted_from date,
	counted_to   date,
	finished_at  timestamptz
) WITH (fillfactor = 20);
COMMENT ON TABLE analytics.engagement_effect_passes IS 'How far the count of engagement_effect_days has come; whoever holds the row counts';
COMMENT ON COLUMN analytics.engagement_effect_passes.after_member IS 'Members up to here are counted; null: no pass is under way';
COMMENT ON COLUMN analytics.engagement_effect_passes.cap_minor IS 'A member''s spend of a day counts as this much at most';
COMMENT ON COLUMN analytics.engagement_effect_passes.counted_from IS 'Days that finished passes have counted';
INSERT INTO analytics.engagement_effect_passes DEFAULT VALUES;

CREATE TABLE analytics.engagement_effect_published (
	day  date   PRIMARY KEY,
	pass bigint NOT NULL
);
COMMENT ON TABLE analytics.engagement_effect_published IS 'The finished pass whose sums hold for a day';

GRANT SELECT ON analytics.effect_members, analytics.spending_by_day, analytics.points_by_day TO ae_engagement;
GRANT EXECUTE ON FUNCTION analytics.some_daily_spends TO ae_engagement;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytics.engagement_effect_days, analytics.engagement_effect_published TO ae_engagement;
GRANT SELECT, UPDATE ON analytics.engagement_effect_passes TO ae_engagement;
