"""One count of effects through a million members: how long it takes beside everything else, and what requests notice of it."""
import os
import time

from bench_sweep import Asker, wait
from bench_uncached import seed
from rig import Row, System, cpu_seconds, say, sized

MEMBERS = int(os.environ.get("AE_BENCH_MEMBERS", sized(1_000_000, 20_000)))
DAYS = 36   # one more than a daily count goes over again
RULES = 3   # each won once by a quarter of the members
UNFINISHED = "SELECT count(*) FROM analytics.engagement_effect_passes WHERE finished_at IS NULL"


def win(s):
    s.sql(f"""INSERT INTO analytics.engagement_alerts (member_id, alert_id, rule_id, rule_version, occasion, kind, category, promotional, state, priority,
                  score, facts, sentence, valid_until, created_at)
              SELECT m.member_id, 'al_' || r, 'rule_' || r, 1, 'o', 'k', 'promotions', true,
                  CASE WHEN analytics.engagement_share(p.holdout_key, '', m.member_id) < p.holdout_share THEN 6 ELSE 4 END, 50, 0, '{{}}', 'x', now(),
                  now() - (abs(hashtext(m.member_id)) % {DAYS}) * interval '1 day'
              FROM analytics.member_analytics m, analytics.engagement_programme p, generate_series(1, {RULES}) r
              WHERE abs(hashtext(r || m.member_id)) % 4 = 0""")
    s.sql("VACUUM ANALYZE analytics.engagement_alerts")


def measured(asker):
    most = asker.stop()
    return f"p99 {most[0]:.1f} ms, worst {most[1]:.1f} ms", most[1]


def run():
    with System("--set", "notification.serve_events=no", "--set", "analytics.serve_jobs=no", "--pg-option", "shared_buffers=2GB",
                "--pg-option", "max_wal_size=16GB") as s:
        seed(s)
        win(s)
        alone = Asker(s)
        alone.start()
        alone.join(30)
        before, _ = measured(alone)
        asker, pid = Asker(s), s.pid("engagement-1")
        used = cpu_seconds(pid)
        s.sql(f"UPDATE analytics.engagement_programme SET began_at = now() - interval '{DAYS} days'")
        began = time.monotonic()
        asker.start()
        wait(s, UNFINISHED, 4 * 3600)
        took = time.monotonic() - began
        behind, worst = measured(asker)
        say(f"{took:.0f} s")
        yield Row("a count of effects", took, "s", ("below", 3600), f"{MEMBERS / took:,.0f} members/s", f"{MEMBERS:,} members, {DAYS} days, "
                  f"{cpu_seconds(pid) - used:.0f} s of the daemon's processor time")
        yield Row("a request behind it, at most", worst, "ms", ("below", 50), f"without it {before}", behind)
