"""kill -9 in mid-stream, and a rebuild: the awards are those of a run that nobody disturbed, and nothing is told twice."""
import random
import threading
import time

from milestone_kit import streams
from story import deliver

RECORDED = streams.shuffled(streams.lives(11, 60, 45), 11)
ROWS = ("SELECT member_id, milestone_id, occurrence, version, state, live, achieved_at, reverted_at, value, target, bonus::text"
        " FROM analytics.milestone_awards WHERE derived ORDER BY 1, 2, 3")
TOLD = "SELECT count(*), count(DISTINCT body->>'id') FROM analytics.event_log WHERE type = 'MilestoneAchievedEvent' AND member_id LIKE 's11-%%'"
PROGRESS = "SELECT member_id, milestone_id, version, time_zone, bucket, value FROM analytics.milestone_progress ORDER BY 1, 2"


def run(system, disturb=None):
    """The stream in its order, by one client; what it comes to."""
    stop, chance = threading.Event(), random.Random(3)

    def kill():
        while not stop.wait(chance.uniform(0.05, 0.3)):
            disturb(chance)
    killer = threading.Thread(target=kill) if disturb else None
    if killer:
        killer.start()
    try:
        deliver(system, streams.batches(RECORDED, 11, largest=40), clients=1)
        if killer:
            time.sleep(0)
            system.wait_caught_up("analytics", 60)
    finally:
        stop.set()
        if killer:
            killer.join()
    system.wait_caught_up("milestone", 60)
    return system.sql(ROWS), system.sql(PROGRESS)


def test_killed_instances_award_what_an_undisturbed_run_does(make_system):
    calm = make_system()
    want, progress = run(calm)
    assert len(want) > 200 and {state for *_, state, live, a, r, v, t, b in want} >= {1, 2}
    told, distinct = calm.sql(TOLD)[0]
    assert told == distinct == sum(row[4] for row in want)
    killed = []
    stormy = make_system("--instances", "2")

    def disturb(chance):
        killed.append(stormy.kill("milestone", chance.choice([1, 2])))
    got, got_progress = run(stormy, disturb)
    assert len(set(killed)) > 3
    assert got == want and got_progress == progress
    assert stormy.sql(TOLD)[0] == (told, told)
    rebuilt(stormy, want, progress, told)


def rebuilt(system, want, progress, told):
    """Once more from the log, by two instances: equal, and nobody hears of it."""
    system.sql("UPDATE analytics.milestone_awards SET value = -1 WHERE derived")
    system.aectl("rebuild", "milestone")
    system.wait_caught_up("milestone", 60)
    assert system.sql(ROWS) == want and system.sql(PROGRESS) == progress
    assert system.sql(TOLD)[0] == (told, told)
