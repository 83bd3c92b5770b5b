"""insights_cache in Redis: a shortcut that may vanish at any moment and never says what is outdated."""
import os
import signal
import threading
import time

import pytest
import redis

from conftest import until
from neighbour import deliver
import story
from story import Client, counts, dashboard, post, streams

FEBRUARY = {"period": "custom", "from": "2026-02-01", "to": "2026-02-28"}


def accept(system, events):
    """Applied with what follows: a first purchase is a milestone, which is an event of its member, too."""
    story.accept(system, events)
    system.wait_caught_up("milestone")
    system.wait_caught_up()


def key(member):
    return f"insights_cache:{{{member}}}"


def lookups(system, outcome):
    text = system.get("/metrics", role="admin").text
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.startswith("ae_insights_cache_total") and f'outcome="{outcome}"' in line)


def entries(system, member):
    """Names of what is kept for a member, without the token; none while Redis is away."""
    try:
        return [name for name in system.redis.hkeys(key(member)) if name != b"t"]
    except redis.exceptions.ConnectionError:
        return []


def spend(system, member):
    return dashboard(system, member, **FEBRUARY)["summary"]["spend"]["value"]


def test_second_look_comes_from_the_cache(system):
    name = "cached"
    accept(system, [streams.bought(name, "cached-1", 100)])
    hits, misses = lookups(system, "hit"), lookups(system, "miss")
    first = dashboard(system, name, **FEBRUARY)
    assert (lookups(system, "hit"), lookups(system, "miss")) == (hits, misses + 1)
    assert dashboard(system, name, **FEBRUARY) == first
    assert (lookups(system, "hit"), lookups(system, "miss")) == (hits + 1, misses + 1)
    assert len(entries(system, name)) == 1 and 0 < system.redis.ttl(key(name)) <= 300
    dashboard(system, name)
    assert len(entries(system, name)) == 2, "each question has its own entry"


def test_an_event_drops_all_entries_of_its_member(system):
    name = "dropped"
    accept(system, [streams.bought(name, "dropped-1", 100), streams.bought("kept", "kept-1")])
    assert spend(system, name) == 100
    dashboard(system, name), dashboard(system, "kept")
    assert entries(system, name) and entries(system, "kept")
    accept(system, [streams.bought(name, "dropped-2", 50)])
    until(lambda: not entries(system, name), what="the drop")
    assert spend(system, name) == 150 and entries(system, "kept")


def test_a_category_change_outdates_names(system):
    """Entries know which catalogue they were made with."""
    accept(system, [streams.bought("renamed", "renamed-1", category="cat-renamed")])
    change = lambda n, name: streams.event("CategoryUpdatedEvent", f"cat-renamed-{n}", time=f"2026-01-0{n}T00:00:00Z",
                                           category="cat-renamed", name=name)
    for n, name in [(1, "First name"), (2, "Second name")]:
        accept(system, [change(n, name)])
        until(lambda: dashboard(system, "renamed", **FEBRUARY)["categories"][0]["name"] == name, what="the new name")


def test_flushed_at_any_moment(system):
    """FLUSHALL while readers and writers are at work: every answer is right."""
    accept(system, [streams.bought("flushed", "flushed-0", 1)])
    stop = threading.Event()

    def flush():
        while not stop.is_set():
            system.redis.flushall()
    thread = threading.Thread(target=flush)
    thread.start()
    try:
        for n in range(1, 60):
            accept(system, [streams.bought("flushed", f"flushed-{n}", 1)])
            assert spend(system, "flushed") == n + 1 == spend(system, "flushed")
    finally:
        stop.set()
        thread.join()


def test_without_redis(fresh_system):
    """Killed, away, and back: answers go on, and nothing from before the absence is served after it."""
    s, name = fresh_system, "without"
    pids = {k: v for k, v in s.pids.items() if k != "redis"}
    accept(s, [streams.bought(name, "wo-1", 1)])
    assert spend(s, name) == 1
    with s.away("redis"):
        assert spend(s, name) == 1
        accept(s, [streams.bought(name, "wo-2", 2)])
        assert spend(s, name) == 3
    until(lambda: spend(s, name) == 3 and entries(s, name), what="a cache in use again")
    for n in range(4):
        old = s.kill("redis")
        accept(s, [streams.bought(name, f"wo-kill-{n}", 10)])
        assert spend(s, name) == 3 + 10 * (n + 1)
        s.wait_restarted("redis", old)
    assert {k: v for k, v in s.pids.items() if k != "redis"} == pids, "nobody else ended"


def test_redis_that_is_stuck(fresh_system):
    """It takes connections and never answers; a drop that was not confirmed is made up for when it is back."""
    s, name = fresh_system, "stuck"
    accept(s, [streams.bought(name, "st-1", 1)])
    assert spend(s, name) == 1 and entries(s, name)
    os.kill(s.pids["redis"], signal.SIGSTOP)
    try:
        accept(s, [streams.bought(name, "st-2", 2)])
        assert spend(s, name) == 3
    finally:
        os.kill(s.pids["redis"], signal.SIGCONT)
    until(lambda: up(s), what="the connection to Redis")
    assert spend(s, name) == 3, "the entry from before was dropped late, not never"


def up(system):
    text = system.get("/metrics", role="admin").text
    return any(line.startswith("ae_redis_up") and 'service="analytics"' in line and line.endswith(" 1") for line in text.splitlines())


@pytest.fixture
def slow_read(system):
    """A reader that has its token and waits for PostgreSQL: (start, finish) around whatever happens meanwhile."""
    connection = system.connect()

    def start(member):
        cursor, answers = connection.cursor(), []
        cursor.execute("LOCK TABLE analytics.spending_summaries IN ACCESS EXCLUSIVE MODE")
        system.token("admin")
        thread = threading.Thread(target=lambda: answers.append(system.get(f"/analytics/{member}/dashboard", params=FEBRUARY)))
        thread.start()
        until(lambda: system.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'ae_analytics'")
              != [(0,)], what="the reader's wait")

        def finish():
            connection.rollback()
            thread.join(20)
            assert answers[0].status == 200, answers
        return finish
    yield start
    connection.close()


def test_a_slow_reader_stores_when_nothing_happened(system, slow_read):
    accept(system, [streams.bought("race-0", "race-0")])
    slow_read("race-0")()
    until(lambda: entries(system, "race-0"), what="the entry")


def test_a_slow_reader_cannot_store_what_was_dropped_meanwhile(system, slow_read):
    """The drop takes the token with it, and a token of another reader is not its own."""
    for n, meanwhile in enumerate([lambda k: None, lambda k: system.redis.hset(k, "t", "0123456789abcdef")]):
        name = f"race-{n + 1}"
        accept(system, [streams.bought(name, name)])
        finish = slow_read(name)
        assert system.redis.delete(key(name)) == 1, "the token was there"
        meanwhile(key(name))
        finish()
        settle(system)
        assert entries(system, name) == [], meanwhile


def settle(system):
    """Stores are sent without waiting; a later look-up of the same daemon comes after them."""
    accept(system, [streams.bought("settle", f"settle-{time.monotonic_ns()}")])
    dashboard(system, "settle")


def test_a_drop_that_its_daemon_did_not_live_to_do(make_system):
    """Redis is stuck, the daemon that applied the event is killed, another moves the same shard on: nothing stale stays."""
    s = make_system("--instances", "2")
    one, other = same_shard(s)
    deliver(s, streams.bought(one, "gone-1", 1))
    s.wait_caught_up()
    until(lambda: spend(s, one) == 1 and entries(s, one), what="the entry")
    os.kill(s.pids["redis"], signal.SIGSTOP)
    os.kill(s.pids["analytics-2"], signal.SIGSTOP)
    deliver(s, streams.bought("somebody", "gone-x"))   # learns that Redis is away, and does not even try for the next
    s.wait_caught_up()
    deliver(s, streams.bought(one, "gone-2", 2))
    s.wait_caught_up()
    with s.away("analytics"):
        os.kill(s.pids["analytics-2"], signal.SIGCONT)
        deliver(s, streams.bought(other, "gone-3", 4), instance=2)
        s.wait_caught_up()
        os.kill(s.pids["redis"], signal.SIGCONT)
    s.wait_ready()
    until(lambda: s.redis.ping(), what="Redis")
    until(lambda: spend(s, one) == 3, deadline=5, what="the sum with what the killed daemon applied")
    assert spend(s, other) == 4


def same_shard(system):
    """Two members of one shard, as the log has it."""
    for n in range(200):
        deliver(system, streams.enrolled(f"shard-{n}", f"shard-{n}"))
        rows = system.sql("SELECT array_agg(member_id) FROM analytics.event_log GROUP BY shard HAVING count(*) > 1")
        if rows:
            return rows[0][0][:2]
    raise AssertionError("200 members and no two in one shard")


def test_readers_and_writers_side_by_side(system):
    """Many look while the sum grows; no one ever sees it shrink, and the last look sees all."""
    name, stop, wrong = "growing", threading.Event(), []
    accept(system, [streams.bought(name, "growing-0", 1)])
    headers = {"Authorization": f"Bearer {system.token('admin')}"}

    def read():
        client, last = Client(system), 0
        while not stop.is_set():
            reply = client.session.get(f"{system.url}/analytics/{name}/dashboard", params=FEBRUARY, headers=headers, timeout=10)
            now = reply.json()["summary"]["spend"]["value"]
            if now < last:
                wrong.append((last, now))
            last = now
    threads = [threading.Thread(target=read) for _ in range(4)]
    for t in threads:
        t.start()
    for n in range(1, 150):
        assert counts(post(system, [streams.bought(name, f"growing-{n}", 1)])) == (1, 0, 0)
    stop.set()
    for t in threads:
        t.join()
    assert not wrong
    system.wait_caught_up()
    until(lambda: spend(system, name) == 150, deadline=5, what="the last sum")
