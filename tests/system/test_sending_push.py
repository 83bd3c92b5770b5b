"""Stories of messages to devices, and on to the next channel where no device is left."""
import contextlib
import json
import time

import pytest
from conftest import System, until
from cryptography.hazmat.primitives.asymmetric import ec
from test_push_drivers import DEVICE, Apns, Browser, Fcm, PushService, authority, pem, running  # noqa: F401
from test_sending import WELCOME, KernelsPort, Sink, ended, enrol, request, send, sent, settings


@pytest.fixture
def sink():
    made = Sink()
    controller = KernelsPort(made, hostname="127.0.0.1", port=0)
    controller.start()
    made.port = controller.port
    yield made
    controller.stop()


@pytest.fixture
def world(authority, sink, tmp_path):  # noqa: F811
    with running(Fcm(authority)) as fcm:
        account = tmp_path / "account.json"
        account.write_text(json.dumps(fcm.account))
        system = System(*settings(tmp_path, sink.port, fcm_account_file=account, fcm_url=fcm.base, push_ca_file=authority[0]))
        try:
            request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
            yield system, fcm, sink
        finally:
            system.remove()


def devices(*tokens):
    return {"push_tokens": [{"platform": "fcm", "token": t} for t in tokens]}


def test_devices_and_then_mail(world):
    system, fcm, sink = world
    fcm.unregistered = {"gone-device-1", "gone-device-2"}
    both = enrol(system, "both", **devices("gone-device-1", "good-device-1"))
    done = ended(system, sent(system, member_id=both, category="milestones"), "sent")
    assert (done["channel"], done["provider"]) == ("push", "fcm")
    assert [(line["what"], line.get("code")) for line in done["log"][1:]] == [("dead_address", "UNREGISTERED"), ("accepted", "ok")]
    assert [m["token"] for m in fcm.messages] == ["good-device-1"] and not sink.got("both@example.org")
    ended(system, sent(system, member_id=both, category="milestones"), "sent")
    assert fcm.calls.count("/v1/projects/shop-1/messages:send") == 3, "the dead device is not asked again"

    none = enrol(system, "none", **devices("gone-device-2"))
    done = ended(system, sent(system, member_id=none, category="milestones"), "sent")
    assert (done["channel"], done["provider"], done["attempts"]) == ("email", "relay", 2)
    assert len(sink.got("none@example.org")) == 1


def devices_of(system, member):
    return [d["token"] for d in request(system, "GET", f"/notifications/{member}/preferences", member=member).json["addresses"]["push"]]


def test_a_dead_device_leaves_the_preferences_and_may_come_back(world):
    system, fcm, sink = world
    path = "/notifications/{}/preferences"
    told = enrol(system, "told", **devices("lives-device-1"))
    given = enrol(system, "given", **devices("dies-device-1", "lives-device-2"))
    mine = [{"platform": "fcm", "token": t} for t in ("lives-device-3", "dies-device-2")]
    set_by = {"addresses": {"push": mine}, "frequency": "immediate"}
    assert request(system, "PATCH", path.format(told), set_by, member=told, headers={"If-Match": "*"}).status == 200
    before = request(system, "GET", path.format(told), member=told).headers["ETag"]
    fcm.unregistered = {"dies-device-1", "dies-device-2"}
    for member in (told, given):
        ended(system, sent(system, member_id=member, channels=["push"]), "sent")
    until(lambda: devices_of(system, told) == ["lives-device-3"] and devices_of(system, given) == ["lives-device-2"])
    now = request(system, "GET", path.format(told), member=told)
    assert now.headers["ETag"] != before and now.json["frequency"] == "immediate"
    changes = system.sql("SELECT member_id, actor, way FROM analytics.notification_preference_changes WHERE way = 'dead_token' ORDER BY 1")
    assert changes == [(given, "fcm", "dead_token"), (told, "fcm", "dead_token")]

    fcm.unregistered = set()  # installed again, with the same token
    assert request(system, "PATCH", path.format(told), {"addresses": {"push": mine}}, member=told, headers={"If-Match": "*"}).status == 200
    anew = {"member_id": given, "enrolled_at": "2026-01-01T10:00:00Z", "email": "given@example.org", **devices("dies-device-1")}
    after = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    event = {"specversion": "1.0", "type": "MemberEnrolledEvent", "source": "/tests/push", "id": "given-again", "subject": given, "time": after, "data": anew}
    assert system.post_events([event])["accepted"] == 1
    system.wait_caught_up("notification")
    fcm.messages.clear()
    for member in (told, given):
        ended(system, sent(system, member_id=member, channels=["push"]), "sent")
    assert sorted(m["token"] for m in fcm.messages) == ["dies-device-1", "dies-device-2", "lives-device-3"]


def test_apples_devices_and_then_mail(authority, sink, tmp_path):  # noqa: F811
    """HTTP/2, a token that Apple's end verifies, and a device that is gone."""
    apple = Apns(authority)
    (tmp_path / "key.p8").write_text(pem(apple.key))
    system = None
    try:
        system = System(*settings(tmp_path, sink.port, apns_key_file=tmp_path / "key.p8", apns_key_id="ABC123DEFG", apns_team_id="DEF123GHIJ",
                                  apns_topic="com.example.shop", apns_url=f"https://localhost:{apple.port}", push_ca_file=authority[0]))
        request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
        member = enrol(system, "apple", push_tokens=[{"platform": "apns", "token": DEVICE}])
        notification = sent(system, member_id=member, category="milestones", collapse_key="balance")
        done = ended(system, notification, "sent")
        assert (done["channel"], done["provider"]) == ("push", "apns") and done["provider_ref"] == apple.messages[0][0]["apns-id"]
        assert apple.messages[0][1]["aps"]["alert"]["title"] == "120 points" and len(set(apple.tokens)) == 1
        apple.devices[DEVICE] = int(time.time() * 1000)
        done = ended(system, sent(system, member_id=member, category="milestones"), "sent")
        assert done["channel"] == "email" and [line.get("code") for line in done["log"][1:]][0] == "Unregistered"
        until(lambda: devices_of(system, member) == [])
    finally:
        if system:
            system.remove()
        apple.stop()


def test_a_device_of_a_service_that_is_not_configured(world):
    system, fcm, sink = world
    member = enrol(system, "apple", push_tokens=[{"platform": "apns", "token": "ab" * 32}])
    done = ended(system, sent(system, member_id=member, category="milestones"), "sent")
    assert done["channel"] == "email" and not fcm.messages


class Slow(Fcm):
    """Takes its time for each device."""

    def on_send(self, path, headers, body):
        time.sleep(1.2)
        return super().on_send(path, headers, body)


def test_many_slow_devices_do_not_outlast_the_lease(authority, sink, tmp_path):  # noqa: F811
    """Six devices take longer than the lease: those that there is time for get the message, once, and nobody takes it over meanwhile."""
    with running(Slow(authority)) as fcm:
        account = tmp_path / "account.json"
        account.write_text(json.dumps(fcm.account))
        system = System(*settings(tmp_path, sink.port, fcm_account_file=account, fcm_url=fcm.base, push_ca_file=authority[0], lease="5s"))
        try:
            request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
            member = enrol(system, "owns-many", **devices(*(f"device-{i}" for i in range(6))))
            notification = sent(system, member_id=member, category="milestones")
            done = ended(system, notification, "sent", 30)
            told = [m["token"] for m in fcm.messages]
            assert 2 <= len(told) == len(set(told)) < 6 and done["attempts"] == 1
            assert [line["code"] for line in done["log"][1:]] == ["ok"] * len(told) + ["late"] * (6 - len(told))
            assert system.sql("SELECT fence, crashes FROM analytics.notifications WHERE notification_id = %s", notification) == [(1, 0)]
        finally:
            system.remove()


class Moody(PushService):
    """Says what it is told to say, to everybody, instead of taking messages."""

    answer = None

    def on_post(self, path, headers, body):
        if self.answer is None:
            return super().on_post(path, headers, body)
        self.calls.append(path)
        return self.answer


@contextlib.contextmanager
def browsers_world(tmp_path, sink, authority, **more):  # noqa: F811
    """Two push services on this machine, as two browsers' makers run them, and one sender."""
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "vapid.pem").write_text(pem(key))
    with running(Moody()) as one, running(Moody()) as other:
        one.key = other.key = key
        system = System(*settings(tmp_path, sink.port, vapid_key_file=tmp_path / "vapid.pem", vapid_subject="mailto:ops@example.org", push_plain="yes",
                                  cap_day=0, cap_week=0, cap_category_day=0, cap_category_week=0, attempts=50, **more))
        try:
            request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
            yield system, one, other
        finally:
            system.remove()


def subscribe(system, member, *services):
    """Browsers of services on this machine: no member could give these addresses."""
    enrol(system, member)
    push = []
    for service in services:
        browser = service.browsers[member] = Browser(f"{service.base}/push/{member}")
        push.append({"platform": "webpush", "token": browser.subscription})
    request(system, "PATCH", f"/notifications/{member}/preferences", {"frequency": "immediate"}, role="admin", headers={"If-Match": "*"})
    system.sql("UPDATE analytics.notification_preferences SET document = %s WHERE member_id = %s", json.dumps({"addresses": {"push": push}}), member)
    return member


def breaker_of(system, service):
    webpush = next(p for p in request(system, "GET", "/notification-queue", role="admin").json["providers"] if p["provider"] == "webpush")
    return next((s for s in webpush["servers"] if s["server"] == service.base), {"breaker": None})


def push_to(system, members):
    reply = send(system, members=members, category="account", channels=["push"])
    return [n["notification_id"] for n in reply.json["notifications"]]


def webpush_of(system):
    return next(p for p in request(system, "GET", "/notification-queue", role="admin").json["providers"] if p["provider"] == "webpush")


def test_one_push_service_is_down_and_the_others_go_on(tmp_path, sink, authority):  # noqa: F811
    with browsers_world(tmp_path, sink, authority) as (system, bad, good):
        down = [subscribe(system, f"bad{i}", bad) for i in range(20)]
        up = [subscribe(system, f"good{i}", good) for i in range(20)]
        both = subscribe(system, "both", bad, good)
        bad.answer = (503, "", [])
        waiting = push_to(system, down[:10])
        until(lambda: breaker_of(system, bad)["breaker"] == "open" and webpush_of(system)["in_flight"] == 0)
        asked = len(bad.calls)
        assert asked <= 20, "five answers open it; what was on its way already may still arrive"
        waiting += push_to(system, down[10:])
        for n in push_to(system, up) + push_to(system, [both]):
            ended(system, n, "sent")
        assert len(good.calls) == 21 and breaker_of(system, good)["breaker"] == "closed"
        until(lambda: len(bad.calls) > asked, 30, "a probe")
        assert len(bad.calls) - asked <= 4, "one probe at a time, each time later"
        bad.answer = None
        for n in waiting:
            ended(system, n, "sent", 90)
        assert sorted(m["notification_id"] for _, m, _ in bad.messages) == sorted(waiting), "each once"
        assert breaker_of(system, bad)["breaker"] == "closed"
        provider = webpush_of(system)
        assert provider["breaker"] == "closed" and provider["in_flight"] == 0 and provider["waiting_for_retry"] == 0


def test_a_push_service_that_asks_for_a_pause_gets_it(tmp_path, sink, authority):  # noqa: F811
    with browsers_world(tmp_path, sink, authority) as (system, busy, idle):
        members = [subscribe(system, f"busy{i}", busy) for i in range(10)]
        other = subscribe(system, "idle", idle)
        busy.answer = (429, "", [("Retry-After", "4")])
        first = push_to(system, members[:1])
        until(lambda: busy.calls)
        began = time.monotonic()
        until(lambda: "next_try_at" in breaker_of(system, busy))
        busy.answer = None
        rest = push_to(system, members[1:])
        for n in push_to(system, [other]):
            ended(system, n, "sent")
        assert len(busy.calls) == 1 and time.monotonic() < began + 3.5
        until(lambda: len(busy.calls) > 1)
        assert time.monotonic() >= began + 3.5
        for n in first + rest:
            ended(system, n, "sent")
        assert len(busy.messages) == 10


def test_another_relay_and_then_another_channel(authority, sink, tmp_path):  # noqa: F811
    """One relay is busy, then away: the other takes over at once. Both are busy for too long: the message goes on to the member's device."""
    second = Sink()
    spare, gone = (KernelsPort(s, hostname="127.0.0.1", port=0) for s in (second, Sink()))
    spare.start(), gone.start()
    with running(Fcm(authority)) as fcm:
        account = tmp_path / "account.json"
        account.write_text(json.dumps(fcm.account))
        system = System(*settings(tmp_path, gone.port, smtp_2_url=f"smtp://127.0.0.1:{spare.port}", attempts=2, fcm_account_file=account, fcm_url=fcm.base,
                                  push_ca_file=authority[0]))
        try:
            request(system, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
            gone.handler.script["busy@example.org"] = ["451 4.3.0 busy"]
            done = ended(system, sent(system, member_id=enrol(system, "busy")), "sent")
            assert (done["provider"], done["attempts"]) == ("relay_2", 2)
            assert [(line["what"], line["provider"]) for line in done["log"][1:]] == [("deferred", "relay"), ("accepted", "relay_2")]

            member = enrol(system, "onward", **devices("good-device-1"))
            for relay in (gone.handler, second):
                relay.script["onward@example.org"] = ["451 4.3.0 busy"] * 9
            done = ended(system, sent(system, member_id=member), "sent", 40)
            assert (done["channel"], done["provider"]) == ("push", "fcm") and [m["token"] for m in fcm.messages] == ["good-device-1"]
            assert [line["provider"] for line in done["log"][1:]][-3:] == ["relay", "relay_2", "fcm"] and not second.got("onward@example.org")

            gone.stop()
            ids = [sent(system, member_id=enrol(system, f"taken{i}")) for i in range(20)]
            for n in ids:
                assert ended(system, n, "sent")["provider"] == "relay_2"
            providers = {p["provider"]: p for p in request(system, "GET", "/notification-queue", role="admin").json["providers"]}
            assert (providers["relay"]["breaker"], providers["relay_2"]["breaker"]) == ("open", "closed")
            assert len([m for i in range(20) for m in second.got(f"taken{i}@example.org")]) == 20
        finally:
            system.remove()
            spare.stop()
