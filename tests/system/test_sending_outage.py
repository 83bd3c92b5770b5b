"""A story of a relay that is away for a while and then back: few attempts meanwhile, no stampede afterwards, each message once."""
import collections
import json
import socket
import threading
import time

from conftest import System, until
from test_sending import WELCOME, request, send, settings
from test_sending_survival import CountingSink, enrol_all

BULK, CRITICAL = 1900, 100
OUTAGE = 12   # seconds; how long the relay is away, and not a wait for anything


class Closed(threading.Thread):
    """A port that hangs up on everybody, and counts them."""

    def __init__(self):
        super().__init__()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.calls = self.socket.getsockname()[1], []

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.calls.append(time.monotonic())
            connection.close()

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.join()


class BackAgain(CountingSink):
    """The relay on the same port, and when each connection came."""

    def __init__(self, port):
        self.taken, self.lock, self.port, self.connects = {}, threading.Lock(), port, []
        self.start()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.connects.append(time.monotonic())
        return responses


def relay(system):
    return request(system, "GET", "/notification-queue", role="admin").json["providers"][0]


def ask(system, members, priority):
    for start in range(0, len(members), 1000):
        reply = send(system, members=members[start:start + 1000], category="account", priority=priority, channels=["email"])
        assert reply.status == 202, reply


def test_a_relay_that_was_away_is_not_overrun(tmp_path):
    closed = Closed()
    closed.start()
    system = System(*settings(tmp_path, closed.port))
    back = None
    try:
        request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
        bulk, critical = [f"b{i}" for i in range(BULK)], [f"c{i}" for i in range(CRITICAL)]
        enrol_all(system, bulk + critical)
        began = time.monotonic()
        ask(system, bulk, "bulk")
        until(lambda: relay(system)["breaker"] == "open", 20, "an open breaker")
        ask(system, critical, "critical")
        until(lambda: time.monotonic() > began + OUTAGE, OUTAGE + 5, "the outage's end")
        overview = request(system, "GET", "/notification-queue", role="admin").json
        assert sum(lane["open"] for lane in overview["lanes"]) in range(BULK + CRITICAL - 200, BULK + CRITICAL + 201)
        assert overview["providers"][0]["breaker"] in ("open", "half_open") and overview["providers"][0]["waiting_for_retry"] > 0
        attempts = len(closed.calls)
        # What was on its way when it went, and then probes: three at a time, each time later.
        assert attempts <= 64 + 3 * 5, "few attempts while it is away"
        (looked_at,), = system.sql("SELECT sum(fence)::int FROM analytics.notifications")
        closed.stop()
        back = BackAgain(closed.port)
        until(lambda: back.count() == BULK + CRITICAL, 120, "all delivered")
        until(lambda: system.sql("SELECT count(*) FROM analytics.notifications WHERE status <> 4") == [(0,)], 20, "all known as sent")
        times = {name: [at for at, _ in took] for name, took in back.taken.items()}
        assert max(map(len, times.values())) == 1, "each once"
        first = min(t[0] for t in times.values())
        by_second = collections.Counter(int(t[0] - first) for t in times.values())
        whose = {took[0][1]: took[0][0] - first for took in back.taken.values()}
        done_critical = max(at for m, at in whose.items() if m.startswith("c"))
        bulk_before = sum(1 for m, at in whose.items() if m.startswith("b") and at < done_critical)
        (looked_at_all,), = system.sql("SELECT sum(fence)::int FROM analytics.notifications")
        print(json.dumps({"attempts while away": attempts, "claims while away": looked_at, "claims in all": looked_at_all,
                          "mails by second": [by_second[s] for s in range(max(by_second) + 1)], "connections": len(back.connects),
                          "bulk before the last critical one": bulk_before}))
        assert by_second[0] < 300 and max(by_second) >= 3, "it begins slowly"
        assert sum(1 for at in back.connects if at < first + 1) <= 16
        assert bulk_before < BULK / 2, "what is critical goes first"
        assert looked_at_all <= 10 * (BULK + CRITICAL), "what waits is not looked at again and again"
        assert relay(system)["breaker"] == "closed"
    finally:
        system.remove()
        if back:
            back.stop()
