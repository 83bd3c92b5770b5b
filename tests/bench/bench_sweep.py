"""All members looked at by all rules of the release: how long it takes, and how long a request behind it waits."""
import os
import threading
import time

from bench_uncached import seed
from rig import Row, System, say, sized

MEMBERS = int(os.environ.get("AE_BENCH_MEMBERS", sized(1_000_000, 20_000)))
WAITING = "SELECT count(*) FROM analytics.engagement_pending WHERE due_at <= now()"


class Asker(threading.Thread):
    """Alerts of members, 50 times a second, for as long as the sweep lasts."""

    def __init__(self, s):
        super().__init__(daemon=True)
        self.s, self.ended, self.reply = s, threading.Event(), []

    def run(self):
        while not self.ended.is_set():
            self.reply.append(self.s.load("get", rate=50, connections=8, seconds=5, members=MEMBERS, under="/engagement", leaf="alerts"))

    def stop(self):
        self.ended.set()
        self.join()
        if any(r["failed"] for r in self.reply):
            raise SystemExit(f"sweep: {self.reply}")
        return max(r["p99_ms"] for r in self.reply), max(r["most_ms"] for r in self.reply)


def wait(s, query, seconds):
    connection, end = s.connect(), time.monotonic() + seconds
    with connection.cursor() as cursor:
        while True:
            cursor.execute(query)
            if cursor.fetchone()[0] == 0:
                break
            if time.monotonic() > end:
                raise SystemExit(f"sweep: not done after {seconds} s")
            time.sleep(0.2)
    connection.close()


def looked_at(s, due):
    """Those of a condition are due now; how many they are, the seconds until nobody is, and the longest that a request waited."""
    s.sql("VACUUM ANALYZE analytics.engagement_pending")
    asker, began = Asker(s), time.monotonic()
    count, = s.sql(f"WITH m AS (UPDATE analytics.engagement_pending SET due_at = now(), judged_at = '2000-01-01' WHERE {due} RETURNING 1) SELECT count(*) FROM m")[0]
    marked = time.monotonic() - began
    asker.start()
    wait(s, WAITING, 1200)
    took = time.monotonic() - began
    most = asker.stop()
    alerts, = s.sql("SELECT count(*) FROM analytics.engagement_alerts")[0]
    say(f"{count:,} members in {took:.0f} s, of them {marked:.0f} s for making them due; {alerts:,} alerts; requests p99 {most[0]:.1f} ms, worst {most[1]:.1f} ms")
    return count, took - marked, most


def everybody(s):
    """As after a change of rules: nobody was looked at before."""
    s.sql("TRUNCATE analytics.engagement_alerts, analytics.engagement_decisions")
    s.sql("INSERT INTO analytics.engagement_pending (member_id, due_at) SELECT member_id, 'infinity' FROM analytics.member_analytics"
          " ON CONFLICT (member_id) DO UPDATE SET due_at = 'infinity'")
    return looked_at(s, "true")


def run():
    with System("--set", "notification.serve_events=no", "--pg-option", "shared_buffers=2GB", "--pg-option", "max_wal_size=16GB") as s:
        seed(s)
        began = time.monotonic()
        wait(s, "SELECT count(*) FROM analytics.member_analytics WHERE facts_day IS NULL", 3600)
        say(f"facts of {MEMBERS:,} members in {time.monotonic() - began:.0f} s")
        _, one, most = everybody(s)
        yield Row("sweep of all starter rules, one instance", one, "s", ("below", 180), f"{MEMBERS / one:,.0f} members/s", f"{MEMBERS:,} members")
        yield Row("a request behind the sweep, at most", most[1], "ms", ("below", 50), f"p99 {most[0]:.1f} ms", "50 requests/s for alerts")
        count, day, _ = looked_at(s, "due_at < now() + interval '1 day'")
        yield Row("candidates of a day, of all members", count / MEMBERS, "", ("below", 1), f"{day:.1f} s", "planned by the sweep before")
        s.again("--instances", "2")
        _, two, most = everybody(s)
        yield Row("the same, two instances", two / one, "of one's time", ("below", 0.65), f"{MEMBERS / two:,.0f} members/s", f"{two:.0f} s; requests at most {most[1]:.1f} ms")
