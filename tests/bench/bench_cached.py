"""Dashboards from the cache against /healthz of the same gateway."""
from rig import Row, System, in_turns, ratio, sized, wrk

MEMBERS = 2000


def run():
    with System() as s:
        s.aectl("generate", "--members", MEMBERS, "--url", s.url, "--token", s.token)
        s.caught_up()
        member, = s.sql("SELECT member_id FROM analytics.member_analytics ORDER BY transactions DESC OFFSET 200 LIMIT 1")[0]
        path = f"/analytics/{member}/dashboard"
        wrk(s, path, 1)
        seconds = sized(5, 1)
        cached, healthz = in_turns(sized(5, 2), lambda: wrk(s, path, seconds), lambda: wrk(s, "/healthz", seconds))
        yield Row("dashboard from cache / healthz", ratio(cached, healthz), "", ("at least", 0.5),
                  f"{max(healthz):,.0f}/s healthz", f"{max(cached):,.0f}/s")
