"""Dashboards of random members without the cache, over a million members with two years of purchases."""
import json
import os
import pathlib
import subprocess
import time

from rig import ROOT, Row, SEED, System, cpu_seconds, in_turns, ratio, say, sized, wrk

MEMBERS = int(os.environ.get("AE_BENCH_MEMBERS", sized(1_000_000, 20_000)))
RANDOM_MEMBERS = """
math.randomseed(os.time())
request = function() return wrk.format("GET", string.format("/analytics/m%09d/dashboard", math.random(0, MEMBERS - 1))) end
"""


def seed(s):
    """As many processes as cores, each a range of members."""
    parts, began = os.cpu_count(), time.monotonic()
    bounds = [MEMBERS * i // parts for i in range(parts + 1)]
    running = [subprocess.Popen([SEED, s.conninfo(), str(a), str(b - a)], stdout=subprocess.PIPE, text=True)
               for a, b in zip(bounds, bounds[1:])]
    counts = [json.loads(p.communicate()[0]) for p in running]
    s.sql("ANALYZE analytics.member_analytics")
    s.sql("ANALYZE analytics.spending_summaries")
    s.sql("CHECKPOINT")
    size, = s.sql("SELECT pg_size_pretty(pg_database_size(current_database()))")[0]
    total = {k: sum(c[k] for c in counts) for k in counts[0]}
    say(f"{total['members']:,} members, {total['transactions']:,} transactions, {total['months']:,} member-months, {size}, "
        f"seeded in {time.monotonic() - began:.0f} s")
    return total["transactions"], size


def plan_rows(s):
    """The most rows that any scan of a dashboard's statements touches, and the most that it returns."""
    connection, most, returned = s.connect(), 0, 0
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = analytics; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off")
        for name, types, values in (("get_members", "text[]", "ARRAY['m000000777']"),
                                    ("get_member_months", "text, date, date", "'m000000777', current_date - 800, current_date")):
            text = pathlib.Path(ROOT / "sql/queries/analytics" / f"{name}.sql").read_text()
            cursor.execute(f"PREPARE {name} ({types}) AS {text}")
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE {name} ({values})")
            for node in nodes(cursor.fetchone()[0][0]["Plan"]):
                if "Scan" in node["Node Type"] and node["Node Type"] != "Function Scan":
                    if node["Node Type"] == "Seq Scan":
                        raise SystemExit(f"{name} reads a whole table")
                    rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
                    most, returned = max(most, rows), max(returned, node["Actual Rows"])
    connection.close()
    return most, returned


def nodes(plan):
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def run():
    with System("--set", "analytics.cache_seconds=0", "--set", "analytics.serve_jobs=no", "--pg-option", "shared_buffers=2GB",
                "--pg-option", "max_wal_size=16GB") as s:
        transactions, size = seed(s)
        script = s.dir / "members.lua"
        script.write_text(RANDOM_MEMBERS.replace("MEMBERS", str(MEMBERS)))
        wrk(s, "/", sized(20, 2), script=script)  # the pages that a running system has in memory
        seconds = sized(10, 2)
        dashboards, healthz = in_turns(sized(3, 1), lambda: wrk(s, "/", seconds, script=script), lambda: wrk(s, "/healthz", seconds))
        pids = {"analytics": s.pid("analytics-1"), "gateway": s.pid("gateway")}
        before = {k: cpu_seconds(p) for k, p in pids.items()}
        rate = wrk(s, "/", seconds, script=script)
        used = ", ".join(f"{k} {(cpu_seconds(p) - before[k]) / (rate * seconds) * 1e6:.0f} us" for k, p in pids.items())
        yield Row("dashboards without cache", max(dashboards + [rate]), "/s", ("at least", 6000),
                  f"{ratio(dashboards, healthz):.3f} of healthz", f"{MEMBERS:,} members, {transactions:,} transactions, {size}; "
                  f"CPU per request: {used}")
        paced = s.load("get", rate=500, connections=32, seconds=sized(30, 3), members=MEMBERS)
        yield Row("p99 at 500 requests/s", paced["p99_ms"], "ms", ("below", 25), f"{paced['per_second']:.0f}/s",
                  f"p50 {paced['p50_ms']:.2f} ms, {paced['failed']} failed")
        touched, returned = plan_rows(s)
        yield Row("rows read that are not returned", touched - returned, "", ("below", 1), "EXPLAIN ANALYZE",
                  f"at most {touched} rows by index, all of one member")
        s.again("--instances", "2")
        rate = max(wrk(s, "/", seconds, script=script) for _ in range(sized(3, 1)))
        yield Row("dashboards without cache, two analytics instances", rate, "/s", ("at least", 6000))
