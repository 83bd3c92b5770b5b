"""The sender's figures, as Prometheus reads them."""
import base64
import re

import pytest
from conftest import until
from prometheus_client.parser import text_string_to_metric_families
from test_sending import ended, enrol, request, sender, send, sent, sink  # noqa: F401


def families(system, path="/metrics?instance=notification-1"):
    reply = system.get(path)
    assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {f.name: f for f in text_string_to_metric_families(reply.text)}


def value(found, family, sample=None, **labels):
    """The sum of a family's samples with these labels."""
    if family not in found:
        return 0
    name = sample or (family + "_total" if found[family].type == "counter" else family)
    return sum(s.value for s in found[family].samples if s.name == name and labels.items() <= s.labels.items())


@pytest.mark.parametrize("path", ["/metrics?instance=notification-1", "/metrics"])
def test_every_family_is_said_once_and_means_something(sender, path):  # noqa: F811
    ended(sender, sent(sender, member_id=enrol(sender, f"figures-{len(path)}")), "sent")
    found = families(sender, path)
    assert len(found) > 10
    for name, family in found.items():
        assert re.fullmatch(r"ae_[a-z0-9_]+", name) and family.documentation and family.type in ("counter", "gauge", "histogram"), name
        assert not family.documentation.endswith("."), name
        seen = [(s.name, tuple(sorted(s.labels.items()))) for s in family.samples]
        assert len(seen) == len(set(seen)) and len(seen) < 4000, name
        for s in family.samples:
            assert path == "/metrics" or (s.labels["service"], s.labels["instance"]) == ("notification", "1"), s
            assert not any("@" in v for v in s.labels.values()), s


def test_what_happens_is_counted(sender, sink):  # noqa: F811
    before = families(sender)

    def more(*words, **labels):
        return value(families(sender), *words, **labels) - value(before, *words, **labels)

    member = enrol(sender, "counted")
    notification = sent(sender, member_id=member)
    ended(sender, notification, "sent")
    sink.script["counted@example.org"] = ["451 4.3.0 busy"]
    ended(sender, sent(sender, member_id=member), "sent")
    sink.script["counted-out@example.org"] = ["550 5.1.1 no such user"]
    ended(sender, sent(sender, member_id=enrol(sender, "counted-out"), channels=["email"]), "dropped")
    ended(sender, sent(sender, member_id=member, category="tier", priority="engagement"), "sent")
    assert more("ae_notifications_sent", provider="relay") == 3
    answers = {kind: more(f"ae_notification_answers_{kind}", channel="email") for kind in ("accepted", "deferred", "dead_address", "unknown", "refused", "broken")}
    assert answers == {"accepted": 3, "deferred": 1, "dead_address": 1, "unknown": 0, "refused": 0, "broken": 0}
    assert more("ae_notification_attempts_failed", provider="relay") == 2
    assert more("ae_notification_decisions", outcome="send") == 5 and more("ae_notification_decisions", outcome="drop") == 1
    assert more("ae_notification_wait_seconds", "ae_notification_wait_seconds_count", lane="transactional") == 2
    assert more("ae_notification_wait_seconds", "ae_notification_wait_seconds_count", lane="engagement") == 1
    assert more("ae_notification_wait_seconds", "ae_notification_wait_seconds_bucket", lane="transactional", le="10") == 2

    basic = {"Authorization": "Basic " + base64.b64encode(b"pm:secret-of-postmark").decode()}
    delivered = {"RecordType": "Delivery", "MessageID": "pm-figures", "DeliveredAt": "2026-11-24T00:00:00Z", "Recipient": "counted@example.org",
                 "Metadata": {"notification_id": notification}}
    for _ in range(2):
        assert request(sender, "POST", "/notifications/webhooks/postmark", delivered, role=None, headers=basic).status == 200
    html = sink.got("counted@example.org")[0].get_body(("html",)).get_content()
    click = html.split('href="https://go.example.org')[1].split('"')[0]
    for agent in ("Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", "Mozilla/5.0 (compatible; Barracuda Sentinel)"):
        sender.sql("UPDATE analytics.notifications SET sent_at = sent_at - interval '1 minute' WHERE notification_id = %s", notification)
        assert sender.request("GET", click, role=None, headers={"User-Agent": agent}).status == 302
    assert more("ae_notification_engagement", kind="delivered") == 1, "told twice, counted once"
    assert more("ae_notification_engagement", kind="clicked") == 1


def test_the_queue_is_told(sender, sink):  # noqa: F811
    member = enrol(sender, "waiting")
    sent(sender, member_id=member, send_at="2027-06-01T00:00:00Z")
    until(lambda: value(families(sender), "ae_notification_queue_depth", lane="transactional") >= 1, 40, "the figures' next turn", 0.5)
    found = families(sender)
    assert value(found, "ae_notification_breaker_state", provider="relay") == 0
    assert {s.labels["lane"] for s in found["ae_notification_queue_depth"].samples} == {"critical", "transactional", "engagement", "bulk"}
    assert value(found, "ae_notification_queue_oldest_seconds", lane="transactional") == 0, "what is not due yet does not wait"
