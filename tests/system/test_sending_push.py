"""Stories of messages to devices, and on to the next channel where no device is left."""
import contextlib
import json
import time

import pytest
from conftest import System, until
from cryptography.hazmat.primitives.asymmetric import ec
from test_push_drivers import Browser, Fcm, PushService, authority, pem, running  # noqa: F401
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


def test_a_device_of_a_service_that_is_not_configured(world):
    system, fcm, sink = world
    member = enrol(system, "apple", push_tokens=[{"platform": "apns", "token": "ab" * 32}])
    done = ended(system, sent(system, member_id=member, category="milestones"), "sent")
    assert done["channel"] == "email" and not fcm.messages


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


def test_one_push_service_is_down_and_the_others_go_on(tmp_path, sink, authority):  # noqa: F811
    with browsers_world(tmp_path, sink, authority) as (system, bad, good):
        down = [subscribe(system, f"bad{i}", bad) for i in range(20)]
        up = [subscribe(system, f"good{i}", good) for i in range(20)]
        both = subscribe(system, "both", bad, good)
        bad.answer = (503, "", [])
        waiting = push_to(system, down[:10])
        until(lambda: breaker_of(system, bad)["breaker"] == "open")
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
        provider = next(p for p in request(system, "GET", "/notification-queue", role="admin").json["providers"] if p["provider"] == "webpush")
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
