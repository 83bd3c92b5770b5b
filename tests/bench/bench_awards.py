"""From an event's receipt to the award in the log, at 1,000 events a second."""
from rig import Row, System, sized

# An award names the event that brought it by its place in the log. What facts decide waits for the facts.
LATENCY = """
SELECT w.derived, count(*), percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM a.received_at - c.received_at) * 1000)
FROM analytics.milestone_awards w
JOIN analytics.event_log a ON a.type = 'MilestoneAchievedEvent' AND a.member_id = w.member_id
	AND a.body ->> 'id' = concat_ws('/', w.member_id, w.milestone_id, w.occurrence, w.state)
JOIN analytics.event_log c ON c.shard = a.shard AND c.position = w.position AND c.member_id = w.member_id
GROUP BY 1"""


def run():
    with System() as s:
        file, seconds = s.dir / "events.ndjson", sized(60, 5)
        s.generate(sized(20_000, 1_000), file)
        reply = s.load("visible", file=file, events=seconds * 1000 + 2000, rate=1000, connections=64, probes=1, seconds=seconds)
        if reply["background_failed"] or reply["failed"]:
            raise SystemExit(f"awards: {reply}")
        s.caught_up()
        rows = {derived: (count, *figures) for derived, count, figures in s.sql(LATENCY)}
        if True not in rows:
            raise SystemExit("awards: none")
        count, half, most, worst = rows[True]
        facts = f"; {rows[False][0]:,} by facts, p99 {rows[False][2]:.0f} ms" if False in rows else ""
        yield Row("event to award, p99 at 1,000 events/s", most, "ms", ("below", 500), f"{reply['answer_p50_ms']:.1f} ms for the POST itself",
                  f"p50 {half:.1f} ms, worst {worst:.0f} ms of {count:,} awards; {reply['per_second']:.0f} events/s{facts}")
