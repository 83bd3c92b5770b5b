"""Stories of the queue: its index in Redis, lanes side by side, and what is decided but not yet on its way."""
import asyncio
import datetime
import json
import os
import signal
import threading
import uuid

import pytest
from conftest import System, until
from test_push_drivers import Fcm, authority, running  # noqa: F401
from test_sending import KernelsPort, Sink, WELCOME, ended, enrol, request, send, sent, settings, told


KEY = "notification_queue:{lanes}:engagement"


class Gate(Sink):
    """Takes no mail while it is closed; tells the order in which recipients came through."""

    def __init__(self):
        super().__init__()
        self.open, self.order, self.knocking = threading.Event(), [], 0
        self.silent = set()  # their mails are kept and never answered for
        self.open.set()

    async def handle_DATA(self, server, session, envelope):
        with self.lock:
            self.knocking += 1
        await asyncio.get_running_loop().run_in_executor(None, self.open.wait, 60)
        with self.lock:
            self.order += envelope.rcpt_tos
            self.knocking -= 1
        answer = await super().handle_DATA(server, session, envelope)
        if self.silent & set(envelope.rcpt_tos):
            await asyncio.sleep(3600)
        return answer


@pytest.fixture
def gate():
    made = Gate()
    controller = KernelsPort(made, hostname="127.0.0.1", port=0, server_hostname="gate.example.org")
    controller.start()
    made.port = controller.port
    yield made
    made.open.set()
    controller.stop()


@pytest.fixture
def start(gate, tmp_path):
    made = []

    def go(*options, **more):
        made.append(System(*options, *settings(tmp_path, gate.port, **{"cap_day": 0, "cap_week": 0, "cap_category_day": 0, "cap_category_week": 0, **more})))
        request(made[0], "PUT", "/notification-templates/welcome", WELCOME, role="admin")
        return made[0]

    yield go
    for system in made:
        system.remove()


def enrol_all(system, members):
    when = "2026-01-01T10:00:00Z"
    system.post_events([{"specversion": "1.0", "type": "MemberEnrolledEvent", "source": "/tests/queue", "id": m, "subject": m, "time": when,
                         "data": {"member_id": m, "enrolled_at": when, "email": f"{m}@example.org", "locale": "en", "time_zone": "UTC",
                                  "consents": {"marketing": True}}} for m in members])
    system.wait_caught_up("notification", 60)


def campaign(system, members, priority="bulk", **more):
    reply = request(system, "POST", "/notifications/send", {"members": members, "category": "tier", "template": "welcome", "variables": {"points": 5},
                                                            "channels": ["email"], "priority": priority, **more}, role="service",
                    headers={"Idempotency-Key": str(uuid.uuid4())})
    assert reply.status == 202, reply
    return [n["notification_id"] for n in reply.json["notifications"]]


def tomorrow():
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).isoformat()


def open_ones(system):
    return system.sql("SELECT count(*) FROM analytics.notifications WHERE status < 4")[0][0]


def test_a_relay_that_never_answers_holds_up_its_own_mails_only(start, gate):
    """It takes a whole mail and is silent. Nobody knows whether it was taken: the mail comes again, and is told by its Message-ID to be the same."""
    system = start(smtp_timeout="1s")
    stuck, *others = [f"silent{i}" for i in range(12)]
    enrol_all(system, [stuck, *others])
    gate.silent = {f"{stuck}@example.org"}
    first, = campaign(system, [stuck], "transactional")
    until(lambda: f"{stuck}@example.org" in gate.order)
    for n in campaign(system, others, "transactional"):
        assert ended(system, n, "sent")["attempts"] == 1
    deferred = until(lambda: [line for line in told(system, first)["log"] if line["what"] == "deferred"], 20)[0]
    assert (deferred["code"], deferred["attempt"]) == ("smtp_no_reply", 1)
    answers = until(lambda: [line for line in system.get("/metrics?instance=notification-1").text.splitlines()
                             if line.startswith("ae_notification_answers_unknown_total{") and 'channel="email"' in line])
    assert float(answers[0].split()[-1]) >= 1
    gate.silent = set()
    done = ended(system, first, "sent")
    mails = gate.got(f"{stuck}@example.org")
    assert done["attempts"] >= 2 and len(mails) == done["attempts"] and len({m["Message-ID"] for m in mails}) == 1
    assert first in mails[0]["Message-ID"]


def test_redis_knows_what_is_due_and_may_be_wrong(start, gate):
    """notification_queue names intents by lane and due time; entries of nothing, or of what is not due, do no harm."""
    system = start(sends="no")
    enrol_all(system, ["known", "sooner"])
    notification, = campaign(system, ["known"], "engagement")
    due = system.sql("SELECT (extract(epoch FROM due_at) * 1000000)::int8 FROM analytics.notifications")[0][0]
    assert until(lambda: system.redis.zrange(KEY, 0, -1, withscores=True)) == [(f"known\n{notification}".encode(), due)]
    system.down()
    system.options += ["--set", "notification.sends=yes"]
    system.up()   # with an empty Redis
    ended(system, notification, "sent")
    later = send(system, member_id="sooner", send_at=tomorrow(), priority="engagement").json["notifications"][0]["notification_id"]
    system.redis.zadd(KEY, {f"sooner\n{later}": 1, "nobody\n01ARZ3NDEKTSV4RRFFQ69G5FAV": 1, "no entry": 1})
    until(lambda: system.redis.zcard(KEY) == 0)
    assert told(system, later)["status"] in ("queued", "held") and gate.order == ["known@example.org"]


def test_redis_flushed_in_mid_flight_loses_nothing(start, gate):
    system = start("--instances", "2", connections=2)
    members = [f"f{i}" for i in range(400)]
    enrol_all(system, members)
    gate.open.clear()
    campaign(system, members)
    for through in (0, 100, 200, 300):
        until(lambda: len(gate.order) >= through, 60)
        system.redis.flushall()
        gate.open.set()
    until(lambda: open_ones(system) == 0, 60)
    assert sorted(gate.order) == sorted(f"{m}@example.org" for m in members)


def test_critical_does_not_wait_for_bulk(start, gate):
    """All connections hang with a campaign, and hundreds of it are decided: requests are answered, and a critical mail is among the next to go."""
    system = start(connections=6)
    members = [f"b{i}" for i in range(300)]
    enrol_all(system, [*members, "urgent"])
    gate.open.clear()
    campaign(system, members)
    until(lambda: gate.knocking == 4, what="bulk on all connections but two")
    critical, = campaign(system, ["urgent"], "critical")
    until(lambda: gate.knocking == 5, what="the critical mail on one of the two")
    gate.open.set()
    ended(system, critical, "sent")
    assert gate.order.index("urgent@example.org") < 5
    until(lambda: open_ones(system) == 0, 60)


def test_a_push_message_does_not_wait_for_a_slow_relay(start, gate, authority, tmp_path):  # noqa: F811
    """Hundreds of mails of its lane were due before it, and the relay takes none: it goes within seconds, and the mails when the relay is back, each once."""
    with running(Fcm(authority)) as fcm:
        account = tmp_path / "account.json"
        account.write_text(json.dumps(fcm.account))
        system = start(connections=2, fcm_account_file=account, fcm_url=fcm.base, push_ca_file=authority[0])
        members = [f"slow{i}" for i in range(300)]
        enrol_all(system, members)
        enrol(system, "swift", push_tokens=[{"platform": "fcm", "token": "device-1"}])
        gate.open.clear()
        campaign(system, members, "engagement")
        until(lambda: gate.knocking == 2)
        swift = sent(system, member_id="swift", category="milestones", channels=["push"], priority="engagement")
        ended(system, swift, "sent", 30)
        assert gate.order == [] and [m["token"] for m in fcm.messages] == ["device-1"]
        gate.open.set()
        until(lambda: open_ones(system) == 0, 60)
        assert sorted(gate.order) == sorted(f"{m}@example.org" for m in members)


def test_an_opt_out_takes_back_what_is_decided(start, gate):
    """Twenty mails of a member are decided while the relay hangs; the opt-out waits for the one under way, the others are not sent."""
    system = start(connections=1)
    enrol_all(system, ["leaves"])
    gate.open.clear()
    ids = [campaign(system, ["leaves"], "engagement")[0] for _ in range(20)]
    until(lambda: gate.knocking == 1 and system.sql("SELECT count(*) FROM analytics.notifications WHERE status = 3") == [(20,)])
    threading.Timer(0.5, gate.open.set).start()   # the relay wakes up while the opt-out waits
    answer = request(system, "PATCH", "/notifications/leaves/preferences", {"global_opt_out": True}, role="admin", headers={"If-Match": "*"})
    assert answer.status == 200, answer
    sent_by_then = len(gate.order)
    until(lambda: open_ones(system) == 0)
    assert len(gate.order) == sent_by_then <= 2
    ends = [told(system, i) for i in ids]
    assert {(n["status"], n.get("reason")) for n in ends[sent_by_then:]} == {("dropped", "opted_out")}


def test_an_opt_out_takes_back_what_another_instance_decided(start, gate):
    """Each of two instances holds mails of its own members while the relay hangs; whichever is asked, an opt-out is answered at once and nothing is sent."""
    system = start("--instances", "2", connections=1)
    members = {instance: [f"held{instance}-{i}" for i in range(3)] for instance in (1, 2)}
    groups = [(1, 2, ["first1"]), (1, 2, members[1]), (2, 1, ["first2"]), (2, 1, members[2])]
    enrol_all(system, [m for _, _, group in groups for m in group])
    for _, _, group in groups:
        campaign(system, group, "engagement", send_at=tomorrow())
    gate.open.clear()
    taken = 0
    for _, other, group in groups:
        os.kill(system.pids[f"notification-{other}"], signal.SIGSTOP)
        try:
            taken += len(group)
            system.sql("UPDATE analytics.notifications SET due_at = now() WHERE member_id = ANY (%s)", group)
            until(lambda: system.sql("SELECT count(*) FROM analytics.notifications WHERE status = 3") == [(taken,)])
            until(lambda: gate.knocking == (1 if taken <= 4 else 2), what="the instance's one connection taken")
        finally:
            os.kill(system.pids[f"notification-{other}"], signal.SIGCONT)
    for member in members[1] + members[2]:
        answer = request(system, "PATCH", f"/notifications/{member}/preferences", {"global_opt_out": True}, role="admin", headers={"If-Match": "*"})
        assert answer.status == 200, answer
    assert gate.order == []
    gate.open.set()
    until(lambda: open_ones(system) == 0)
    assert sorted(gate.order) == ["first1@example.org", "first2@example.org"]


def test_a_mail_that_waits_outlives_its_template_in_memory(start, gate):
    """Of templates the last 256 versions are kept in memory; a mail with a picture that waits for a connection needs nothing of its one any more."""
    system = start(connections=1)
    pictured = {**WELCOME, "images": {"progress": {"kind": "bar", "value": "{{points}}", "target": "10", "width": 100, "height": 12, "alt": "{{points}} of 10"}},
                "locales": {"en": {"email": {"subject": "s", "text": "t", "html": "<p><img src=\"cid:progress\" alt=\"{{images.progress.alt}}\"></p>"}}}}
    assert request(system, "PUT", "/notification-templates/pictured", pictured, role="admin").status == 200
    enrol_all(system, ["holds", "waits"])
    gate.open.clear()
    campaign(system, ["holds"])
    until(lambda: gate.knocking == 1)
    notification, = campaign(system, ["waits"], template="pictured")
    until(lambda: told(system, notification)["status"] == "sending")
    for version in range(1, 301):
        assert request(system, "PUT", "/notification-templates/filler", {**WELCOME, "description": f"the {version}th"}, role="admin").status == 200
        assert request(system, "POST", "/notification-templates/filler/preview", {"version": version}, role="admin").status == 200
    gate.open.set()
    ended(system, notification, "sent")
    mail, = gate.got("waits@example.org")
    picture, = [p for p in mail.walk() if p.get_content_type() == "image/png"]
    assert picture["Content-ID"].strip("<>").split("@")[0] in mail.get_body(("html",)).get_content()


class Impatient(KernelsPort):
    """Closes connections that say nothing for half a second, and counts their ends."""

    closed = 0

    def factory(self):
        server = super().factory()
        lost = server.connection_lost

        def connection_lost(error):
            self.closed += 1
            lost(error)

        server.connection_lost = connection_lost
        return server


def test_a_kept_session_that_the_relay_closed_costs_nothing(tmp_path):
    """The next mail goes over a new one, as its first attempt."""
    taken = Sink()
    relay = Impatient(taken, hostname="127.0.0.1", port=0, timeout=0.5)
    relay.start()
    system = System(*settings(tmp_path, relay.port))
    try:
        request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
        enrol_all(system, ["kept"])
        before = relay.closed
        for turn in (1, 2, 3):
            done = ended(system, campaign(system, ["kept"], "transactional")[0], "sent")
            assert done["attempts"] == 1 and len(taken.got("kept@example.org")) == turn
            until(lambda: relay.closed == before + turn, what="the relay closing the session")
    finally:
        system.remove()
        relay.stop()


def test_whoever_dies_blames_one_message_at_a_time(start, gate):
    """Twenty messages lost two senders in each other's company: from now on each is tried alone, and a third death blames one of them."""
    system = start(connections=4, lease="5s", sends="no")
    members = [f"v{i}" for i in range(20)]
    enrol_all(system, members)
    campaign(system, members, "engagement")
    system.sql("UPDATE analytics.notifications SET crashes = 2")
    system.down()
    system.options += ["--set", "notification.sends=yes"]
    gate.open.clear()
    system.up()
    until(lambda: gate.knocking == 1 and system.sql("SELECT count(*) FROM analytics.notifications WHERE status = 3") == [(1,)])
    system.wait_restarted("notification", system.kill("notification"))
    until(lambda: system.sql("SELECT count(*), max(crashes) FROM analytics.notifications WHERE crashes > 2") == [(1, 3)], 30, "the lease running out")
    gate.open.set()
    until(lambda: open_ones(system) == 0, 60)
    assert system.sql("SELECT status, sum(crashes), count(*) FROM analytics.notifications GROUP BY 1") == [(4, 0, 20)]
