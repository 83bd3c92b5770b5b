"""Stories of limits that two senders share: Slack's rates, its 429, a Redis that goes away; and of what is kept of its conversations."""
import contextlib
import json
import threading
import time

import pytest
from conftest import System, until
from test_sending import WELCOME, ended, enrol, request, send
from test_slack_driver import TOKEN, Slack

TEMPLATE = {**WELCOME, "locales": {"en": {"slack": {"text": "{{points}} points"}, "email": WELCOME["locales"]["en"]["email"]}}}


class TimedSlack(Slack):
    """Notes when each method was called."""

    def __init__(self):
        super().__init__()
        self.times = []

    def posts(self):
        return [at for at, name in self.times if name == "chat.postMessage"]


class Calls(list):
    def __init__(self, server):
        super().__init__()
        self.server = server

    def append(self, call):
        self.server.times.append((time.monotonic(), call[0]))
        super().append(call)


@contextlib.contextmanager
def counterpart():
    with TimedSlack() as server:
        server.calls = Calls(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.release.set()
            server.shutdown()
            thread.join()


def start(slack, folder, **more):
    """Two senders that speak to the counterpart."""
    (folder / "token").write_text(TOKEN)
    (folder / "secret").write_text("0123456789abcdef0123456789abcdef\n")
    rows = {"slack_token_file": folder / "token", "slack_url": slack.base, "slack_plain": "yes", "slack_webhooks": "yes",
            "secret_file": folder / "secret", "cap_day": 0, "cap_week": 0, "cap_category_day": 0, "cap_category_week": 0, **more}
    system = System("--instances", "2", *[w for n, v in rows.items() for w in ("--set", f"notification.{n}={v}")])
    assert request(system, "PUT", "/notification-templates/welcome", TEMPLATE, role="admin").status == 200
    return system


@pytest.fixture(scope="module")
def fast(tmp_path_factory):
    """A workspace that takes 100 a second; all stories share it."""
    with counterpart() as slack:
        system = start(slack, tmp_path_factory.mktemp("fast"), slack_rate=100)
        yield system, slack
        system.remove()


@pytest.fixture
def shared(fast):
    """As new: nothing was said, nothing is kept in Redis, no limit was reached."""
    system, slack = fast
    system.redis.flushall()
    del slack.history[:], slack.calls[:], slack.times[:]
    slack.script.clear()
    system.sql("DELETE FROM analytics.notifications")
    return fast


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A workspace that takes 6 a second."""
    with counterpart() as slack:
        system = start(slack, tmp_path_factory.mktemp("slow"), slack_rate=6)
        yield system, slack
        system.remove()


def members(system, count, prefix="s"):
    names = [f"{prefix}{i}" for i in range(count)]
    when = "2026-01-01T10:00:00Z"
    system.post_events([{"specversion": "1.0", "type": "MemberEnrolledEvent", "source": "/tests/limits", "id": n, "subject": n, "time": when,
                         "data": {"member_id": n, "enrolled_at": when, "locale": "en", "time_zone": "UTC", "slack_user_id": f"U{prefix.upper()}000000{i:03d}"}}
                        for i, n in enumerate(names)])
    system.wait_caught_up("notification")
    return names


def tell(system, names, **more):
    reply = send(system, members=names, category="account", channels=["slack"], **more)
    assert reply.status == 202, reply
    return [n["notification_id"] for n in reply.json["notifications"]]


def all_sent(system, count, deadline=40):
    until(lambda: system.sql("SELECT count(*) FROM analytics.notifications WHERE status = 4") == [(count,)], deadline, f"{count} sent")


def most_within(times, seconds):
    times = sorted(times)
    return max(sum(1 for t in times if start <= t < start + seconds) for start in times)


def senders(system):
    return {line.split('instance="')[1].split('"')[0] for i in (1, 2)
            for line in system.get(f"/metrics?instance=notification-{i}").text.splitlines() if line.startswith("ae_notifications_sent_total{")}


def test_two_senders_keep_to_the_workspaces_rate(slow):
    system, slack = slow
    tell(system, members(system, 40))
    all_sent(system, 40)
    posts = slack.posts()
    assert len(posts) == 40
    # 6 at once and 6 more in each second; the counterpart's clock starts when a request arrives, so one may slip.
    assert most_within(posts, 1) <= 13 and most_within(posts, 3) <= 25
    assert max(posts) - min(posts) >= 5 and senders(system) == {"1", "2"}
    # What had to wait was not looked at again and again: each was claimed some few times.
    (claims,), = system.sql("SELECT max(fence) FROM analytics.notifications")
    assert claims <= 8
    assert not [k for k in system.redis.keys("limit:*") if b"US0" in k or TOKEN.encode() in k]


def test_without_redis_each_keeps_to_its_share(slow):
    system, slack = slow
    names = members(system, 30, "r")
    del slack.times[:]
    system.sql("DELETE FROM analytics.notifications")
    with system.away("redis"):
        tell(system, names)
        all_sent(system, 30)
    posts = slack.posts()
    assert len(posts) == 30 and most_within(posts, 1) <= 13 and max(posts) - min(posts) >= 3


def test_one_conversation_gets_one_a_second(shared):
    system, slack = shared
    (member,) = members(system, 1, "b")
    others = members(system, 10, "o")
    for _ in range(7):
        tell(system, [member])
    until(lambda: len(slack.posts()) >= 3)
    began = time.monotonic()
    tell(system, others)
    until(lambda: len({m["channel"] for m in slack.history}) == 11)
    assert time.monotonic() - began < 3, "others do not wait for a busy conversation"
    all_sent(system, 17)
    busy = [at for (at, name), (_, values) in zip(slack.times, slack.calls) if name == "chat.postMessage" and values["channel"].startswith("DB")]
    assert len(busy) == 7 and busy[-1] - busy[0] >= 3.5 and most_within(busy, 1) <= 4


def test_too_many_requests_closes_it_for_both(shared):
    system, slack = shared
    names = members(system, 30, "t")
    slack.script["chat.postMessage"] = [(429, {"ok": False, "error": "ratelimited"}, [("Retry-After", "4")])]
    tell(system, names[:1])
    until(lambda: system.sql("SELECT count(*) FROM analytics.notification_logs WHERE code = 'ratelimited'") == [(1,)])
    refused = slack.posts()[0]
    tell(system, names[1:])
    all_sent(system, 30)
    assert not [name for at, name in slack.times if refused < at < refused + 3.9], "nobody calls until the time is over"
    assert len(slack.posts()) == 31 and senders(system) == {"1", "2"}
    told_of = {h["metadata"]["event_payload"]["notification_id"] for h in slack.history}
    assert told_of == {n for n, in system.sql("SELECT notification_id FROM analytics.notifications")}


def test_conversations_are_found_once(shared):
    system, slack = shared
    slack.users["ada@example.org"] = "U0ADA12345"
    ada = enrol(system, "ada")
    request(system, "PATCH", f"/notifications/{ada}/preferences", {"addresses": {"slack": "ada@example.org"}}, role="admin", headers={"If-Match": "*"})
    for _ in range(4):
        ended(system, tell(system, [ada])[0], "sent")
    assert slack.names().count("users.lookupByEmail") == 1 == slack.names().count("conversations.open")
    kept = [k for k in system.redis.keys("slack_conversations:*")]
    assert len(kept) == 1 and b"ada" not in kept[0] and 0 < system.redis.ttl(kept[0]) <= 86400
    for i in (1, 2):   # what is in memory is gone, what is in Redis is not
        system.restart("notification", i)
    ended(system, tell(system, [ada])[0], "sent")
    assert slack.names().count("users.lookupByEmail") == 1
    # Slack does not know the conversation any more: it is found anew, and the message is not lost.
    slack.script["chat.postMessage"] = [(200, {"ok": False, "error": "channel_not_found"})]
    ended(system, tell(system, [ada])[0], "sent")
    assert slack.names()[-4:] == ["chat.postMessage", "users.lookupByEmail", "conversations.open", "chat.postMessage"]


def test_nobody_of_that_address_is_remembered_for_a_while(shared):
    system, slack = shared
    bob = enrol(system, "bob")
    request(system, "PATCH", f"/notifications/{bob}/preferences", {"addresses": {"slack": "bob@example.org"}}, role="admin", headers={"If-Match": "*"})
    lost = ended(system, tell(system, [bob])[0], "dropped")
    assert [line["code"] for line in lost["log"] if line["what"] == "dead_address"] == ["users_not_found"]
    lift = {"channel": "slack", "address": "bob@example.org"}
    assert request(system, "POST", "/notification-suppressions/lift", lift).json["lifted"] == "invalid_token"
    ended(system, tell(system, [bob])[0], "dropped")
    assert slack.names() == ["users.lookupByEmail"]
    (key,) = system.redis.keys("slack_conversations:*")
    assert 0 < system.redis.ttl(key) <= 600


def webhook_of(system, member, url):
    """A webhook on this machine: no member could have given it."""
    request(system, "PATCH", f"/notifications/{member}/preferences", {"frequency": "immediate"}, role="admin", headers={"If-Match": "*"})
    system.sql("UPDATE analytics.notification_preferences SET document = %s WHERE member_id = %s", json.dumps({"addresses": {"slack": url}}), member)


def test_a_webhook_that_is_gone_is_not_asked_again(shared):
    system, slack = shared
    member = enrol(system, "hook")
    webhook_of(system, member, slack.base + "/hook")
    done = ended(system, tell(system, [member])[0], "sent")
    assert done["provider"] == "slack_webhook" and slack.history[0]["text"] == "120 points"
    slack.script["hook"] = [(410, "channel_is_archived")]
    lost = ended(system, tell(system, [member])[0], "dropped")
    assert [line["code"] for line in lost["log"] if line["what"] == "dead_address"] == ["channel_is_archived"]
    calls = len(slack.calls)
    assert ended(system, tell(system, [member])[0], "dropped")["reason"] == "suppressed"
    assert len(slack.calls) == calls


def test_a_lost_answer_is_looked_for_before_it_is_posted_again(shared):
    system, slack = shared
    (member,) = members(system, 1, "l")
    slack.script["chat.postMessage"] = ["taken, then reset"]
    notification = tell(system, [member])[0]
    done = ended(system, notification, "sent", 30)
    assert len(slack.history) == 1 and slack.names().count("chat.postMessage") == 1
    assert [line.get("code") for line in done["log"] if line["what"] == "accepted"] == ["found"]
