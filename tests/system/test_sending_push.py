"""Stories of messages to devices, and on to the next channel where no device is left."""
import json

import pytest
from conftest import System
from test_push_drivers import Fcm, authority, running  # noqa: F401
from test_sending import WELCOME, KernelsPort, Sink, ended, enrol, request, sent, settings


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
