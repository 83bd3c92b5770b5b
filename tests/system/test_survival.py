"""kill -9 of anything while events come in, storage that is away, events that nobody can apply."""
import json
import os
import random
import signal
import threading
import time

import psycopg2
import pytest
import requests

from conftest import until
from story import Client, accept, assert_equal, dashboard, post, recompute, streams

ROUNDS = int(os.environ.get("AE_ROUNDS", "30"))
SEED = int(os.environ.get("AE_SEED", "1"))
VICTIMS = ["analytics-1", "analytics-2"] * 3 + ["postgres"] * 3 + ["redis"] * 2 + ["gateway"] * 2 + ["milestone-1", "reporting-2"]


class Load:
    """Clients that deliver batches again and again until each is acknowledged, and readers that fill the cache."""

    def __init__(self, system, lives, clients=3):
        self.system, self.stop, self.acknowledged, self.failed = system, threading.Event(), [], []
        self.totals = {"accepted": 0, "duplicate": 0}
        self.members = sorted({e["subject"] for e in lives})
        self.queue, self.lock = streams.batches(lives, SEED, largest=25), threading.Lock()
        self.threads = [threading.Thread(target=self.guarded, args=(self.write,)) for _ in range(clients)]
        self.threads += [threading.Thread(target=self.guarded, args=(self.read,))]
        for t in self.threads:
            t.start()

    def guarded(self, work):
        try:
            work()
        except BaseException as e:
            self.failed.append(e)

    def write(self):
        client = Client(self.system)
        while not self.stop.is_set():
            with self.lock:
                if not self.queue:
                    return
                batch = self.queue.pop()
            reply = None
            while reply is None:
                reply = client.post(batch, timeout=8)
                if reply is None and self.stop.wait(0.02):
                    return
            with self.lock:
                assert reply["rejected"] == [], reply
                assert reply["accepted"] + reply["duplicate"] == len(batch)
                self.acknowledged += batch

    def read(self):
        client, chance = Client(self.system), random.Random(SEED)
        headers = {"Authorization": f"Bearer {self.system.token('admin')}"}
        while not self.stop.is_set():
            try:
                reply = client.session.get(f"{self.system.url}/analytics/{chance.choice(self.members)}/dashboard",
                                           params=PERIOD, headers=headers, timeout=5)
            except requests.RequestException:
                continue
            assert reply.status_code in (200, 404, 500, 502, 503, 504), reply.text

    def progress(self, batches):
        """Until so many events more are acknowledged, or all are."""
        wanted = len(self.acknowledged) + batches
        until(lambda: self.failed or len(self.acknowledged) >= wanted or not self.queue, 60, "acknowledgements")
        assert not self.failed, self.failed

    def end(self):
        self.stop.set()
        for t in self.threads:
            t.join(30)
        assert not self.failed, self.failed


PERIOD = {"period": "custom", "from": "2024-03-01", "to": "2024-09-30", "currency": "GBP"}


def test_kill_9_of_anything_during_intake(make_system):
    """After all rounds every acknowledged event is counted exactly once, in every projection and every dashboard."""
    s = make_system("--instances", "2")
    events = streams.lives(SEED, members=max(10, ROUNDS), each=250, prefix="k")
    chance = random.Random(SEED)
    chance.shuffle(events)
    load = Load(s, events)
    try:
        for turn in range(ROUNDS):
            victims = {chance.choice(VICTIMS) for _ in range(chance.choice([1, 1, 2]))}
            load.progress(chance.randrange(20, 120))
            threading.Event().wait(chance.random() * 0.2)   # any moment, not only just after an acknowledgement
            old = s.pids
            for name in victims:
                kill_now(old[name])
            for name in victims:
                until(lambda: s.pids[name] not in (0, old[name]), 30, f"a new {name}")
        load.progress(200)
    finally:
        load.end()
    until(lambda: database_answers(s), 30, "PostgreSQL")
    s.wait_ready()
    s.wait_caught_up(deadline=60)
    logged = {tuple(row) for row in s.sql("SELECT body ->> 'source', body ->> 'id' FROM analytics.event_log WHERE body ->> 'source' = '/tests'")}
    lost = [e["id"] for e in load.acknowledged if (e["source"], e["id"]) not in logged]
    assert not lost, f"{len(lost)} acknowledged events are not in the log: {lost[:5]}"
    # What was sent but not acknowledged may be in the log or not; it counts exactly once if it is.
    inside = [e for e in events if (e["source"], e["id"]) in logged]
    assert len(inside) == len(logged) and len(inside) > 20 * ROUNDS
    assert_equal(s, inside)
    assert s.sql("SELECT count(*) FROM analytics.dead_letters") == [(0,)]
    assert_positions(s)
    assert_only_killed(s)
    for name, member in recompute.members(inside).items():
        assert_fresh(s, name, member)


def assert_only_killed(system):
    """No daemon ended in another way than by our kill -9."""
    ends = [line for line in system.log("supervisor").splitlines() if " ended " in line and " postgres " not in line]
    assert [line for line in ends if "ended by signal 9" not in line] == []


def database_answers(system):
    """A new process is not yet one that has recovered."""
    try:
        return system.sql("SELECT 1")
    except psycopg2.OperationalError:
        return None


def kill_now(pid):
    if pid:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def assert_positions(system):
    """Positions are gapless from 1 to the head, and the group is at the head."""
    assert system.sql("SELECT count(*) FROM (SELECT shard, count(*) n, min(position) a, max(position) z FROM analytics.event_log"
                      " GROUP BY shard) t JOIN analytics.shard_heads h USING (shard) WHERE n <> z OR a <> 1 OR z <> h.position") == [(0,)]


def assert_fresh(system, name, member):
    """The dashboard, from the cache or not, is the recomputed one."""
    got = dashboard(system, name, **PERIOD)
    now = recompute.instant(got["as_of"]["instant"])
    first, last = (recompute.datetime.date.fromisoformat(PERIOD[k]) for k in ("from", "to"))
    want = recompute.totals(member, first, last, "GBP", now)
    assert {k: v["value"] for k, v in got["summary"].items()} == want, name


# --- storage away --------------------------------------------------------------------------------

def test_postgresql_away_and_back(fresh_system):
    """503 with Retry-After while it is away; then everything goes on in the same processes."""
    s, name = fresh_system, "away"
    accept(s, [streams.bought(name, "away-1", 1)])
    pids = {k: v for k, v in s.pids.items() if k != "postgres"}
    for turn in range(3):
        with s.away("postgres"):
            for _ in range(5):
                reply = post(s, [streams.bought(name, f"away-lost-{turn}", 100)])
                assert reply.status == 503 and int(reply.headers.get("Retry-After", 0)) >= 1, (reply, reply.headers)
                assert reply.headers["Content-Type"] == "application/problem+json" and reply.json["status"] == 503
            reply = s.get("/analytics/somebody/dashboard")
            assert reply.status == 503 and reply.headers.get("Retry-After"), (reply, reply.headers)
            assert s.get("/healthz", role=None).status == 200 and s.get("/readyz", role=None).status == 503
        until(lambda: post(s, [streams.bought(name, f"away-back-{turn}", 10)]).status == 202, 20, "the intake")
        s.wait_ready()
    s.wait_caught_up()
    got = dashboard(s, name, **{"period": "custom", "from": "2026-02-01", "to": "2026-02-28"})
    assert got["summary"]["spend"]["value"] == 31
    assert_only_killed(s)
    assert {k: v for k, v in s.pids.items() if k != "postgres"} == pids, "no daemon was started again"


def test_postgresql_that_refuses_writes(fresh_system):
    """A read-only database: nothing is acknowledged, nothing is half applied, and it heals by itself."""
    s = fresh_system
    accept(s, [streams.bought("read-only", "ro-1", 1)])
    pids = s.pids
    read_only(s, "SET default_transaction_read_only = on")
    reply = until(lambda: refused(s), 20, "a refusal")
    assert reply.status in (500, 503)
    read_only(s, "RESET default_transaction_read_only")
    until(lambda: post(s, [streams.bought("read-only", "ro-2", 2)]).status == 202, 20, "the intake")
    s.wait_caught_up()
    assert s.pids == pids
    assert s.sql("SELECT spend_minor FROM analytics.member_analytics WHERE member_id = 'read-only'") == [(3,)]


def read_only(s, change):
    """Changes the database's default and ends the daemons' connections, which began under the old one."""
    connection = s.connect()
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SET default_transaction_read_only = off")
    cursor.execute(f"ALTER DATABASE {s.environment['PGDATABASE']} {change}")
    cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'ae\\_%'")
    connection.close()


def refused(s):
    reply = post(s, [streams.bought("read-only", "ro-2", 2)])
    return reply if reply.status != 202 else None


# --- events that cannot be applied ---------------------------------------------------------------

POISON = [("no data", {"data": None}, "/data"), ("data of a wrong kind", {"data": ["x"]}, "/data"),
          ("a missing amount", {"data": {"member_id": "poisoned", "transaction_id": "t", "currency": "GBP", "category": "c",
                                         "occurred_at": "2026-02-03T12:00:00Z"}}, "/data/amount_minor"),
          ("a wrong currency", {"data": {**streams.bought("poisoned", "t")["data"], "currency": "pounds sterling"}}, "/data/currency"),
          ("a date that cannot be", {"data": {**streams.bought("poisoned", "t")["data"], "occurred_at": "never"}}, "/data/occurred_at")]


@pytest.mark.parametrize("why, change, pointer", POISON, ids=[p[0] for p in POISON])
def test_poisonous_event_is_put_aside(system, why, change, pointer):
    """Put into the log past the intake: a dead letter with its reason, and the shard moves on."""
    name = "poisoned-" + why.replace(" ", "-")
    pids = system.pids
    body = {**streams.bought(name, f"{name}-bad"), **change}
    body = {k: v for k, v in body.items() if v is not None}
    accept(system, [streams.bought(name, f"{name}-1", 1)])
    put_into_log(system, name, json.dumps(body))
    accept(system, [streams.bought(name, f"{name}-2", 2)])
    letters = json.loads(system.aectl("dead-letters", "list", "--json", "--group", "analytics").stdout)["dead_letters"]
    own = [letter for letter in letters if letter["member_id"] == name]
    assert len(own) == 1 and own[0]["pointer"] == pointer and own[0]["reason"], own
    assert f"shard {own[0]['shard']} position {own[0]['position']} TransactionProcessedEvent: {pointer} " in \
        system.aectl("dead-letters", "list").stdout
    assert system.sql("SELECT spend_minor, transactions FROM analytics.member_analytics WHERE member_id = %s", name) == [(3, 2)]
    assert system.pids == pids
    # Booked anew it is still left out.
    accept(system, [streams.enrolled(name, f"{name}-e", time_zone="Asia/Tokyo")])
    assert system.sql("SELECT spend_minor, transactions FROM analytics.member_analytics WHERE member_id = %s", name) == [(3, 2)]
    one = ["--group", "analytics", "--shard", own[0]["shard"], "--position", own[0]["position"]]
    system.aectl("dead-letters", "discard", *one)


def put_into_log(system, member, body, kind="TransactionProcessedEvent"):
    """As an appender does, under the head's lock."""
    system.sql("""WITH head AS (UPDATE analytics.shard_heads h SET position = h.position + 1
                      WHERE h.shard = (SELECT shard FROM analytics.event_log WHERE member_id = %s LIMIT 1) RETURNING h.shard, h.position)
                  INSERT INTO analytics.event_log (shard, position, event_key, type, member_id, time, body)
                  SELECT shard, position, gen_random_uuid(), %s, %s, now(), %s FROM head""", member, kind, member, body)


def test_poison_among_many(fresh_system):
    """In the middle of a large batch only the poisonous ones are left out."""
    s = fresh_system
    events = streams.lives(3, members=6, each=60)
    accept(s, events[:100])
    members = sorted({e["subject"] for e in events[:100]})
    os.kill(s.pids["analytics-1"], signal.SIGSTOP)
    try:
        for member in members[:4]:
            put_into_log(s, member, json.dumps({"id": "x", "source": "/x", "data": {"member_id": member}}))
    finally:
        os.kill(s.pids["analytics-1"], signal.SIGCONT)
    accept(s, events[100:])
    assert s.sql("SELECT count(*) FROM analytics.dead_letters WHERE group_name = 'analytics'") == [(min(4, len(members)),)]
    assert_equal(s, events)


def test_a_cut_connection_leaves_nothing_half_done(fresh_system):
    """Backends are ended in the middle of commits, again and again: all or nothing, and no daemon ends."""
    s, stop = fresh_system, threading.Event()
    events = streams.lives(9, members=8, each=80, prefix="cut")
    pids = s.pids

    def cut():
        while not stop.wait(0.03):
            s.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ae_analytics'")
    thread = threading.Thread(target=cut)
    thread.start()
    try:
        client = Client(s)
        for batch in streams.batches(events, 9, largest=40):
            end = time.monotonic() + 30
            while client.post(batch) is None:
                assert time.monotonic() < end
    finally:
        stop.set()
        thread.join()
    s.wait_caught_up(deadline=40)
    assert_equal(s, events)
    assert s.pids == pids and s.sql("SELECT count(*) FROM analytics.dead_letters") == [(0,)]


def test_a_connection_that_was_closed_is_noticed_before_it_is_used(fresh_system):
    """PostgreSQL ends the daemons' sessions and stays there: no read and no event is refused for that."""
    s = fresh_system
    accept(s, [streams.bought("closed", "closed-1", 1)])
    s.wait_caught_up()
    for turn in range(10):
        s.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename LIKE 'ae\\_%%' AND state = 'idle'", 0)
        reply = s.get("/analytics/closed/dashboard", params={"period": "custom", "from": "2024-03-01", "to": f"2024-04-{turn + 1:02d}"})
        assert reply.status == 200, (turn, reply)
        s.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename LIKE 'ae\\_%%' AND state = 'idle'", 0)
        assert post(s, [streams.bought("closed", f"closed-more-{turn}", 1)]).status == 202, turn


def test_a_read_that_waits_too_long_is_tried_elsewhere(make_system):
    """A query that outlasts the first half of the request's time is a timeout, and the other instance gets the rest."""
    s = make_system("--instances", "2", "--set", "analytics.serve_jobs=no", "--set", "analytics.serve_events=no")
    replies = []
    retried = lambda: sum(float(line.split()[-1]) for line in s.get("/metrics", role=None, params={"instance": "gateway"})
                          .body.decode().splitlines() if line.startswith("ae_gateway_retried_total{"))
    before, holder = retried(), s.connect()
    with holder.cursor() as cursor:
        cursor.execute("LOCK TABLE analytics.member_analytics IN ACCESS EXCLUSIVE MODE")
        reader = threading.Thread(target=lambda: replies.append(s.get("/analytics/slow/dashboard")))
        reader.start()
        until(lambda: retried() > before or replies, 20, "the second try")
    holder.rollback()
    holder.close()
    reader.join(20)
    assert replies[0].status == 404, replies   # nobody applies events here: asked and answered
