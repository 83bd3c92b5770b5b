-- The count of effects, held to the commit, and the day on which the holdout began; no row if another instance holds it.
SELECT p.pass, p.after_member, p.from_day, p.to_day, p.cap_minor, p.counted_to, p.finished_at, (e.began_at AT TIME ZONE g.time_zone)::date,
	(now() AT TIME ZONE g.time_zone)::date
FROM analytics.engagement_effect_passes p, analytics.engagement_programme e, analytics.programme g FOR UPDATE OF p SKIP LOCKED
