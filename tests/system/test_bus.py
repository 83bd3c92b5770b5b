"""The nanomsg sockets that a neighbour service uses: REQ delivers events, SUB hears them."""
import contextlib
import os
import signal
import time

from neighbour import Subscriber, deliver
from story import accept, counts, dashboard, post, streams

@contextlib.contextmanager
def hearing(system, *types):
    """A subscriber that is known to be connected: it has heard a first event, sent until it was heard."""
    s = Subscriber(system, *types)
    try:
        while not s.heard:
            assert counts(post(system, [streams.bought("warm", f"warm-{time.monotonic_ns()}")])) == (1, 0, 0)
            with contextlib.suppress(AssertionError):
                s.listen(lambda: s.heard, deadline=0.2)
        yield s
    finally:
        s.close()


def test_delivery_is_acknowledged_when_durable(system):
    """The acknowledgement counts; what it counts is in the log, and on the dashboard soon after."""
    name = "neighbour"
    assert deliver(system, streams.bought(name, "nb-1", 1)) == {"accepted": 1, "duplicate": 0, "rejected": []}
    assert system.sql("SELECT count(*) FROM analytics.event_log WHERE type = 'TransactionProcessedEvent' AND member_id = %s", name) == [(1,)]
    assert deliver(system, [streams.bought(name, "nb-2", 2), streams.bought(name, "nb-1", 1)])["duplicate"] == 1
    assert deliver(system, streams.lines([streams.bought(name, f"nb-{n}", 4) for n in (3, 4)]))["accepted"] == 2
    system.wait_caught_up()
    got = dashboard(system, name, **{"period": "custom", "from": "2026-02-01", "to": "2026-02-28"})
    assert got["summary"]["spend"]["value"] == 11


def test_one_event_over_both_doors_counts_once(system):
    event = streams.bought("both-doors", "bd-1")
    accept(system, [event])
    assert deliver(system, event) == {"accepted": 0, "duplicate": 1, "rejected": []}


def test_nonsense_is_answered(system):
    """Every message gets an answer, and the daemon lives on."""
    before = system.pids
    for body in (b"\0\xff\xfe", b"", b"[", b"{}", b"[[[[", b"x" * 100000, b'"text"', b"[" * 200000):
        answer = deliver(system, body)
        assert answer.get("status") == 400 or answer["accepted"] == 0, (body[:20], answer)
    rejected = deliver(system, [streams.bought("neighbour-bad", "x", currency="?")])["rejected"]
    assert rejected[0]["pointer"] == "/data/currency"
    many = deliver(system, streams.lines([{}] * 10001))
    assert many["status"] == 413
    assert system.pids == before


def test_a_subscriber_hears_its_types_only(system):
    """Whole events, by type, once they are in the log; a refused one or a duplicate is not heard."""
    name = "heard"
    with hearing(system, "TransactionProcessedEvent") as s:
        events = [streams.bought(name, "heard-1"), streams.earned(name, "heard-2"), streams.bought(name, "heard-1"),
                  streams.bought(name, "heard-3", currency="?"), streams.bought(name, "heard-4", note="a\nb")]
        post(system, events)
        own = lambda: [e for kind, e in s.heard if e.get("subject") == name]
        s.listen(lambda: len(own()) >= 2)
        deliver(system, streams.bought(name, "heard-5"))
        s.listen(lambda: len(own()) >= 3)
        assert [e["id"] for e in own()] == ["heard-1", "heard-4", "heard-5"]
        assert own()[1] == events[4] and {kind for kind, _ in s.heard} == {"TransactionProcessedEvent"}


def test_a_subscriber_of_everything(system):
    with hearing(system) as s:
        post(system, [streams.enrolled("all-types", "at-1"), streams.tiered("all-types", "at-2", "gold")])
        own = lambda: {kind for kind, e in s.heard if e.get("subject") == "all-types"}
        s.listen(lambda: len(own()) == 2)
        assert own() == {"MemberEnrolledEvent", "TierAdvancedEvent"}


def test_a_deaf_subscriber_holds_nobody_up(system):
    """It is connected and never reads; the intake goes on."""
    with hearing(system, "TransactionProcessedEvent") as s:
        os.kill(s.process.pid, signal.SIGSTOP)
        try:
            for part in range(10):
                batch = [streams.bought("deaf", f"deaf-{part}-{n}", note="x" * 2000) for n in range(500)]
                assert counts(post(system, batch)) == (500, 0, 0)
        finally:
            os.kill(s.process.pid, signal.SIGCONT)
    system.wait_caught_up()
