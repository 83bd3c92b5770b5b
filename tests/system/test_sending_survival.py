"""Stories of senders, databases and relays that die while messages are on their way.

AE_SENDS=20000 AE_KILLS=60 make the long run of it; the figures are printed (pytest -s).
"""
import json
import os
import random
import threading
import time
import uuid

import psycopg2
import requests
from aiosmtpd.controller import Controller
from conftest import System, until
from test_sending import WELCOME, KernelsPort, request, settings

SENDS = int(os.environ.get("AE_SENDS", "600"))
KILLS = int(os.environ.get("AE_KILLS", "8"))
SEED = int(os.environ.get("AE_SEED", "7"))
VICTIMS = ["notification-1", "notification-2", "notification-1", "notification-2", "postgres", "redis", "sink"]
FINAL = {4, 5, 6, 7, 8, 9}


class CountingSink:
    """Counts mails by notification, with the time at which each was taken; may vanish and come back."""

    def __init__(self):
        self.taken, self.lock, self.port = {}, threading.Lock(), 0
        self.start()

    def start(self):
        kind = Controller if self.port else KernelsPort
        self.controller = kind(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()
        self.port = self.controller.port

    def stop(self):
        self.controller.stop()

    async def handle_DATA(self, server, session, envelope):
        head = envelope.content.split(b"\r\n\r\n", 1)[0].decode(errors="replace")
        name = next(line for line in head.splitlines() if line.lower().startswith("message-id:")).split("<")[1].split("@")[0]
        with self.lock:
            self.taken.setdefault(name, []).append((time.monotonic(), envelope.rcpt_tos[0].split("@")[0]))
        return "250 2.0.0 Ok"

    def count(self):
        with self.lock:
            return len(self.taken)


def enrol_all(system, members):
    when = "2026-01-01T10:00:00Z"
    system.post_events([{"specversion": "1.0", "type": "MemberEnrolledEvent", "source": "/tests/survival", "id": m, "subject": m, "time": when,
                         "data": {"member_id": m, "enrolled_at": when, "email": f"{m}@example.org", "locale": "en", "time_zone": "UTC"}}
                        for m in members])
    system.wait_caught_up("notification", 60)


def insist(system, method, path, body, wanted, **headers):
    """The same request until it is answered as wanted, as a client would that wants it done."""
    end = time.monotonic() + 120
    while True:
        try:
            reply = request(system, method, path, body, role="admin", headers=headers)
            if reply.status == wanted:
                return reply
            assert reply.status in (409, 502, 503, 504), reply
        except requests.RequestException:
            pass
        assert time.monotonic() < end, "the system did not come back"
        time.sleep(0.05)


class Client(threading.Thread):
    """Sends in lists, and now and then opts a member out."""

    def __init__(self, system, members):
        super().__init__()
        self.system, self.members, self.chance = system, members, random.Random(SEED)
        self.intents, self.out, self.fault = {}, {}, None

    def run(self):
        try:
            for start in range(0, len(self.members), 50):
                some = self.members[start:start + 50]
                body = {"members": some, "category": "tier", "template": "welcome", "variables": {"points": 5}, "channels": ["email"]}
                reply = insist(self.system, "POST", "/notifications/send", body, 202, **{"Idempotency-Key": str(uuid.uuid4())})
                self.intents.update({n["notification_id"]: n["member_id"] for n in reply.json["notifications"]})
                for member in self.chance.sample(some, 3):
                    insist(self.system, "PATCH", f"/notifications/{member}/preferences", {"global_opt_out": True}, 200, **{"If-Match": "*"})
                    self.out[member] = time.monotonic()
        except BaseException as fault:
            self.fault = fault


def final(system):
    try:
        return system.sql("SELECT count(*) FROM analytics.notifications WHERE status < 4") == [(0,)]
    except psycopg2.OperationalError:
        return False


def kill(system, name, sink):
    if name == "sink":
        sink.stop()
        time.sleep(0.3)   # an outage, not a wait for anything
        sink.start()
        return
    old = system.pids[name]
    if old:
        os.kill(old, 9)
        until(lambda: system.pids[name] not in (0, old), 60, f"a new {name}")


def test_every_intent_ends_once_whatever_dies(tmp_path):
    sink, chance = CountingSink(), random.Random(SEED)
    system = System("--instances", "2", *settings(tmp_path, sink.port, lease="8s", attempts="50"))
    try:
        request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
        members = [f"s{i}" for i in range(SENDS)]
        enrol_all(system, members)
        client = Client(system, members)
        client.start()
        for turn in range(KILLS):
            until(lambda: client.fault or not client.is_alive() or sink.count() >= SENDS * (turn + 1) // (KILLS + 2), 120, "mails going out")
            kill(system, chance.choice(VICTIMS), sink)
        client.join(600)
        assert client.fault is None, client.fault
        until(lambda: final(system), 300, "every intent's end", interval=0.2)
        check(system, sink, client)
    finally:
        system.remove()
        sink.stop()


def check(system, sink, client):
    rows = {n: (m, s) for n, m, s in system.sql("SELECT notification_id, member_id, status FROM analytics.notifications")}
    assert {n: m for n, (m, _) in rows.items()} == client.intents and len(rows) == SENDS
    assert {s for _, s in rows.values()} <= {4, 5}
    sent = {n for n, (_, s) in rows.items() if s == 4}
    assert sent <= set(sink.taken), "told as sent, but never taken"
    unknown = set(sink.taken) - sent   # taken, and then the member's opt-out came before the record of it
    assert all(rows[n][0] in client.out for n in unknown)
    late = [(n, at - client.out[m]) for n, times in sink.taken.items() for at, m in times if m in client.out and at > client.out[m]]
    assert late == [], f"sent after an acknowledged opt-out: {late[:5]}"
    again = {n: len(times) for n, times in sink.taken.items() if len(times) > 1}
    crashes = sum(1 for line in system.log("supervisor").splitlines() if " ended " in line)
    published = system.sql("SELECT count(*), count(DISTINCT body ->> 'id') FROM analytics.event_log WHERE type = 'NotificationSentEvent'")
    assert published == [(len(sent), len(sent))]
    print(json.dumps({"intents": len(rows), "sent": len(sent), "opted out": len(client.out), "ended processes": crashes,
                      "mails taken twice or more": len(again), "most of one": max(again.values(), default=1)}))
    # A duplicate needs a death between the relay's yes and its record: at most what may fly at a time, for each death.
    assert len(again) <= 64 * max(1, crashes)
