"""Whatever dies in the middle of a sweep: the alerts are those of a run that nobody disturbed, each with one event."""
import random
import time

from conftest import until
from engagement_kit import buy, day, due, earn, enrol, settle, switch

MEMBERS = 3000
ALERTS = "SELECT member_id, rule_id, occasion, state, points_at_stake FROM analytics.engagement_alerts ORDER BY 1, 2, 3"
# Rules whose counts are not those of their alerts, or do not add up.
MISCOUNTED = """SELECT * FROM (SELECT rule_id, sum(matched) AS matched, sum(sent) AS sent, sum(held_out) AS held_out FROM analytics.engagement_counts GROUP BY 1) c
    LEFT JOIN (SELECT rule_id, sum(count) AS other FROM analytics.engagement_outcomes WHERE step IN ('suppressed', 'already_told') GROUP BY 1) o USING (rule_id)
    FULL JOIN (SELECT rule_id, count(*) FILTER (WHERE state <> 6) AS made, count(*) FILTER (WHERE state = 6) AS won FROM analytics.engagement_alerts GROUP BY 1) a
        USING (rule_id)
    WHERE matched IS DISTINCT FROM sent + held_out + coalesce(other, 0) OR sent <> coalesce(made, 0) OR held_out <> coalesce(won, 0) OR sent IS NULL"""


def history(n):
    """A third of the members each: points that end, a long absence, nothing to tell."""
    member = f"sweep-{n:04}"
    yield enrol(member, marketing=n % 5 > 0)
    if n % 3 == 0:
        yield earn(member, 100 + n, expires_on=day(n % 30 + 1), lot=f"lot-{n}")
    elif n % 3 == 1:
        yield buy(member, -100 - n % 100)


def fill(system, events):
    """Members of whom nothing has been told, and all of whom are due at once."""
    switch(system, running=False)
    system.post_events(events)
    system.wait_caught_up(deadline=60)
    system.wait_caught_up("engagement", deadline=60)
    until(lambda: not system.sql("SELECT 1 FROM analytics.member_analytics WHERE facts_day IS NULL LIMIT 1"), 60, "facts")
    system.sql("UPDATE analytics.engagement_programme SET holdout_key = '\\x00112233445566778899aabbccddeeff', holdout_share = 0.1, rules_version = rules_version + 1")
    system.sql("UPDATE analytics.engagement_pending SET due_at = now(), judged_at = now() - interval '12 hours'")


def told(system):
    """The alerts; each that is not held out has exactly one event, and no event is without one."""
    (orphans,), = system.sql("""SELECT count(*) FROM analytics.engagement_alerts a FULL JOIN (SELECT body -> 'data' ->> 'alert_id' AS alert_id, count(*) AS n
        FROM analytics.event_log WHERE type = 'EngagementAlertTriggeredEvent' GROUP BY 1) e USING (alert_id)
        WHERE (a.state <> 6 AND e.n IS DISTINCT FROM 1) OR (a.state = 6 AND e.n IS NOT NULL) OR a.alert_id IS NULL""")
    assert orphans == 0
    assert system.sql(MISCOUNTED) == []
    return system.sql(ALERTS)


def test_two_instances_that_are_killed(make_system):
    events = [e for n in range(MEMBERS) for e in history(n)]
    calm = make_system("--set", "notification.sends=no")
    fill(calm, events)
    switch(calm)
    settle(calm)
    want = told(calm)
    assert len(want) > MEMBERS / 3 and {row[3] for row in want} == {0, 6}
    calm.remove()

    wild = make_system("--instances", "2", "--set", "notification.sends=no")
    fill(wild, events)
    chance, deaths = random.Random(7), 0
    wild.sql("UPDATE analytics.engagement_programme SET running = true, rules_version = rules_version + 1")
    end = time.monotonic() + 60
    while due(wild) and time.monotonic() < end:
        instance = chance.choice((1, 2))
        pid = wild.pids[f"engagement-{instance}"]
        time.sleep(chance.uniform(0.02, 0.3))  # how long it may work is the dice's to say, not a wait for anything
        if chance.random() < 0.2:
            wild.redis.flushall()
        if pid and due(wild):
            deaths += wild.kill("engagement", instance) == pid
            wild.wait_restarted("engagement", pid, instance)
    settle(wild)
    assert deaths >= 2, "nobody died: the story shows nothing"
    assert told(wild) == want
