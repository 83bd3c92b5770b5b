"""From an event's POST to the dashboard that shows it, at 1,000 events a second."""
from rig import Row, System, sized


def run():
    with System() as s:
        file, seconds = s.dir / "events.ndjson", sized(30, 4)
        s.generate(sized(5_000, 1_000), file)
        reply = s.load("visible", file=file, events=seconds * 1000 + 2000, rate=1000, connections=64, probes=8, seconds=seconds)
        if reply["background_failed"] or reply["failed"]:
            raise SystemExit(f"visible: {reply}")
        yield Row("event to dashboard, p99 at 1,000 events/s", reply["p99_ms"], "ms", ("below", 250),
                  f"{reply['answer_p50_ms']:.1f} ms for the POST itself",
                  f"p50 {reply['p50_ms']:.1f} ms, worst {reply['most_ms']:.1f} ms of {reply['probes']} probes; "
                  f"{reply['per_second']:.0f} events/s beside them")
