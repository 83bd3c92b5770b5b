"""Stories of messages: asked for, decided, sent to a real SMTP server, told in the log."""
import asyncio
import base64
import datetime
import email
import email.policy
import hmac
import json
import threading
import time
import uuid

import pytest
from aiosmtpd.controller import Controller
from conftest import System, until

WELCOME = {
    "description": "for the tests", "schema": {"type": "object", "required": ["points"], "properties": {"points": {"type": "integer"}}},
    "sample": {"points": 5},
    "locales": {
        "en": {"email": {"subject": "{{points}} points for {{member.first_name}}", "text": "You have {{points}} points.\n{{links.unsubscribe}}",
                         "html": "<p>You have <b>{{points}}</b> points, {{member.name}}. <a href=\"https://shop.example.org/\">Shop</a></p>"},
               "push": {"title": "{{points}} points", "body": "Yours", "link": "https://shop.example.org/"}},
        "de": {"email": {"subject": "{{points}} Punkte", "text": "Sie haben {{points}} Punkte.", "html": "<p>{{points}} Punkte</p>"}}},
}


class Sink:
    """An SMTP server: keeps mails by recipient; answers as told by the recipient's name."""

    def __init__(self):
        self.mails, self.script, self.tries = {}, {}, {}
        self.held = set()  # recipients whose mails are taken only once they are let go
        self.lock = threading.Lock()

    async def handle_RCPT(self, server, session, envelope, address, options):
        with self.lock:
            self.tries[address] = self.tries.get(address, 0) + 1
            answers = self.script.get(address, [])
            answer = answers.pop(0) if answers else None
        if answer:
            return answer
        while address in self.held:
            await asyncio.sleep(0.01)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self.lock:
            for address in envelope.rcpt_tos:
                self.mails.setdefault(address, []).append(mail)
        return "250 2.0.0 Ok"

    def got(self, address):
        with self.lock:
            return list(self.mails.get(address, []))


class KernelsPort(Controller):
    """The kernel chooses the port, which is known only once it listens."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def settings(folder, port, **more):
    secret = folder / "secret"
    secret.write_text("0123456789abcdef0123456789abcdef\n")
    (folder / "postmark").write_text("secret-of-postmark")
    (folder / "mailgun").write_text("key-of-mailgun\n")
    rows = {"smtp_url": f"smtp://127.0.0.1:{port}", "smtp_plain": "yes", "mail_from": "hello@shop.example.org", "mail_from_name": "The Shop",
            "mail_domain": "shop.example.org", "secret_file": secret, "public_url": "https://go.example.org", "postmark_user": "pm",
            "postmark_password_file": folder / "postmark", "mailgun_key_file": folder / "mailgun", **more}
    return [word for name, value in rows.items() for word in ("--set", f"notification.{name}={value}")]


@pytest.fixture(scope="module")
def sink():
    made = Sink()
    controller = KernelsPort(made, hostname="127.0.0.1", port=0, server_hostname="sink.example.org")
    controller.start()
    made.port = controller.port
    yield made
    controller.stop()


@pytest.fixture(scope="module")
def sender(sink, tmp_path_factory):
    made = System(*settings(tmp_path_factory.mktemp("secrets"), sink.port))
    reply = request(made, "PUT", "/notification-templates/welcome", WELCOME, role="admin")
    assert reply.status == 200 and (reply.json["name"], reply.json["version"]) == ("welcome", 1)
    yield made
    made.remove()


def request(system, method, path, body=None, **more):
    headers = {"Content-Type": "application/json", **more.pop("headers", {})}
    return system.request(method, path, data=None if body is None else json.dumps(body).encode(), headers=headers, **more)


def enrol(system, member, **data):
    time = "2026-01-01T10:00:00Z"
    system.post_events([{"specversion": "1.0", "type": "MemberEnrolledEvent", "source": "/tests/sending", "id": member, "subject": member,
                         "time": time, "data": {"member_id": member, "enrolled_at": time, "name": "Ada Byron",
                                                "email": f"{member}@example.org", "locale": "en-GB", "time_zone": "UTC",
                                                "consents": {"marketing": True, "tracking": True}, **data}}])
    system.wait_caught_up("notification")
    return member


def send(system, key=None, **body):
    body = {"category": "account", "template": "welcome", "variables": {"points": 120}, **body}
    return request(system, "POST", "/notifications/send", body, role="service", headers={"Idempotency-Key": key or str(uuid.uuid4())})


def sent(system, **body):
    reply = send(system, **body)
    assert reply.status == 202, reply
    return reply.json["notifications"][0]["notification_id"]


def told(system, notification):
    return request(system, "GET", f"/notifications/{notification}", role="admin").json


def ended(system, notification, status, deadline=20):
    last = {}

    def reached():
        last.update(told(system, notification))
        return last["status"] == status and last

    try:
        return until(reached, deadline)
    except pytest.fail.Exception:
        pytest.fail(f"not {status}: {last}")


def test_a_message_arrives_and_is_told(sender, sink):
    member = enrol(sender, "arrives")
    notification = sent(sender, member_id=member)
    done = ended(sender, notification, "sent")
    mail, = sink.got("arrives@example.org")
    assert mail["Subject"] == "120 points for Ada" and notification in mail["Message-ID"]
    assert (done["channel"], done["provider"], done["attempts"], done["template"]) == ("email", "relay", 1, "welcome@1")
    assert [line["what"] for line in done["log"]] == ["queued", "accepted"]
    assert [s["step"] for s in done["log"][1]["evidence"]["steps"]][:2] == ["template", "idempotency"]
    log = request(sender, "GET", f"/notifications/{member}/log", role="member", member=member).json
    assert [n["notification_id"] for n in log["notifications"]] == [notification] and log["next_cursor"] is None
    assert request(sender, "GET", f"/notifications/{notification}", role="member", member="somebody").status == 404
    events = sender.sql("SELECT body FROM analytics.event_log WHERE type = 'NotificationSentEvent' AND member_id = 'arrives'")
    assert len(events) == 1


def test_the_same_key_sends_once(sender, sink):
    member = enrol(sender, "once")
    first = send(sender, key="k1", member_id=member)
    again = send(sender, key="k1", member_id=member)
    assert first.status == again.status == 202 and first.json == again.json and again.headers["Idempotency-Replayed"] == "true"
    assert send(sender, key="k1", member_id=member, variables={"points": 1}).status == 422
    ended(sender, first.json["notifications"][0]["notification_id"], "sent")
    assert len(sink.got("once@example.org")) == 1


def test_what_is_wrong_is_named(sender):
    wrong = send(sender, member_id="x y", category="nonsense", priority="loud", colour="red")
    assert wrong.status == 400
    assert {e["pointer"] for e in wrong.json["errors"]} == {"/member_id", "/category", "/priority", "/colour"}
    assert send(sender, member_id="x", template="nothing").json["errors"][0]["pointer"] == "/template"
    assert send(sender, member_id="x", variables={"points": "many"}).json["errors"][0]["pointer"] == "/variables/points"
    body = {"member_id": "x", "category": "account", "template": "welcome", "variables": {"points": 1}}
    assert "Idempotency-Key" in request(sender, "POST", "/notifications/send", body, role="service").json["detail"]
    assert request(sender, "POST", "/notifications/send", body, role="member", member="x").status == 403


def test_a_dry_run_tells_and_sends_nothing(sender, sink):
    member = enrol(sender, "dry", consents={})
    reply = send(sender, member_id=member, category="promotions", dry_run=True)
    decision, = reply.json["decisions"]
    assert reply.status == 200 and (decision["member_id"], decision["outcome"], decision["reason"]) == (member, "drop", "no_consent")
    assert decision["steps"][-1] == {"step": "consent", "outcome": "drop", "reason": "no_consent"}
    assert not sink.got("dry@example.org") and request(sender, "GET", f"/notifications/{member}/log", role="admin").json["notifications"] == []


def test_a_refusal_for_now_is_tried_again(sender, sink):
    member = enrol(sender, "later")
    sink.script["later@example.org"] = ["451 4.3.0 busy"]
    done = ended(sender, sent(sender, member_id=member), "sent")
    assert done["attempts"] == 2 and [line["what"] for line in done["log"]].count("deferred") == 1
    assert len(sink.got("later@example.org")) == 1


def test_a_dead_address_is_not_asked_again(sender, sink):
    member = enrol(sender, "gone")
    sink.script["gone@example.org"] = ["550 5.1.1 no such user"] * 5
    done = ended(sender, sent(sender, member_id=member, channels=["email"]), "dropped")
    assert done["reason"] == "suppressed"
    again = ended(sender, sent(sender, member_id=member, channels=["email"], priority="critical"), "dropped")
    assert again["reason"] == "suppressed" and sink.tries["gone@example.org"] == 1


def test_quiet_hours_hold_and_opting_out_stops(sender, sink):
    member = enrol(sender, "quiet")
    path = f"/notifications/{member}/preferences"
    request(sender, "PATCH", path, {"quiet_hours": {"from": "00:00", "to": "23:59"}}, role="admin", headers={"If-Match": "*"})
    notification = sent(sender, member_id=member, category="tier")
    held = ended(sender, notification, "held")
    assert held["reason"] == "quiet"
    assert request(sender, "PATCH", path, {"global_opt_out": True, "quiet_hours": None}, role="admin", headers={"If-Match": "*"}).status == 200
    sender.sql("UPDATE analytics.notifications SET due_at = now() WHERE notification_id = %s", notification)
    assert ended(sender, notification, "dropped")["reason"] == "opted_out"
    assert not sink.got("quiet@example.org")


def test_the_newest_of_a_collapse_key_remains(sender, sink):
    member = enrol(sender, "collapse")
    soon = "2026-12-20T00:00:00Z"
    first = sent(sender, member_id=member, collapse_key="balance", send_at=soon)
    second = sent(sender, member_id=member, collapse_key="balance", variables={"points": 7})
    ended(sender, second, "sent")
    assert told(sender, first)["status"] == "collapsed" and len(sink.got("collapse@example.org")) == 1


def test_the_cap_counts_across_sources(sender, sink):
    member = enrol(sender, "capped")
    ids = [sent(sender, member_id=member, category="tier") for _ in range(4)]
    until(lambda: all(told(sender, i)["status"] not in ("queued", "sending") for i in ids))
    assert sorted(told(sender, i)["status"] for i in ids)[-2:] == ["sent", "sent"]
    assert len(sink.got("capped@example.org")) == 2
    assert {told(sender, i).get("reason") for i in ids} == {None, "cap_category_day"}


def test_an_expired_message_is_not_sent(sender):
    member = enrol(sender, "expired")
    notification = sent(sender, member_id=member, send_at="2026-12-20T00:00:00Z", expires_at="2026-12-21T00:00:00Z")
    sender.sql("UPDATE analytics.notifications SET due_at = now(), expires_at = now() WHERE notification_id = %s", notification)
    assert ended(sender, notification, "expired")["reason"] == "expired"


def test_a_campaign_does_not_hold_up_the_rest(sender, sink):
    members = [enrol(sender, f"bulk{i}") for i in range(3)]
    bulk = send(sender, members=members, category="promotions", priority="bulk").json["notifications"]
    for n in bulk:
        assert ended(sender, n["notification_id"], "sent")["priority"] == "bulk"
        assert "List-Unsubscribe-Post" in sink.got(f"{n['member_id']}@example.org")[0]
    queue = request(sender, "GET", "/notification-queue", role="admin").json
    assert queue["providers"][0]["breaker"] == "closed" and queue["on_their_way"] == 0


def test_a_bad_template_is_refused(sender):
    broken = {**WELCOME, "locales": {"en": {"email": {"subject": "{{#a}}", "text": "x"}}}}
    reply = request(sender, "PUT", "/notification-templates/broken", broken, role="admin")
    assert reply.status == 422 and "/locales/en/email/subject" in reply.json["detail"]
    assert request(sender, "PUT", "/notification-templates/welcome", WELCOME, role="service").status == 403
    assert request(sender, "GET", "/notification-templates/welcome", role="admin").json["document"] == WELCOME


def token_of(mail):
    return mail["List-Unsubscribe"].split("https://go.example.org")[1].split(">")[0]


def test_one_click_unsubscribes_at_once(sender, sink):
    member = enrol(sender, "oneclick")
    ended(sender, sent(sender, member_id=member, category="tier"), "sent")
    path = token_of(sink.got("oneclick@example.org")[0])
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    done = sender.request("POST", path, data=b"List-Unsubscribe=One-Click", headers=form, role=None)
    assert done.status == 200 and b"You are unsubscribed" in done.body
    assert request(sender, "GET", f"/notifications/{member}/preferences", role="admin").json["categories"]["tier"]["email"] is False
    again = ended(sender, sent(sender, member_id=member, category="tier", channels=["email"]), "dropped")
    assert again["reason"] == "not_wanted"


def test_clicks_and_opens_are_counted_once_and_lead_nowhere_else(sender, sink):
    member = enrol(sender, "clicks")
    notification = sent(sender, member_id=member)
    ended(sender, notification, "sent")
    html = sink.got("clicks@example.org")[0].get_body(("html",)).get_content()
    click = html.split('href="https://go.example.org')[1].split('"')[0]
    pixel = html.split('src="https://go.example.org')[1].split('"')[0]
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"}
    sender.sql("UPDATE analytics.notifications SET sent_at = sent_at - interval '1 minute' WHERE notification_id = %s", notification)
    for _ in range(2):
        led = sender.request("GET", click, role=None, headers=agent)
        assert led.status == 302 and led.headers["Location"] == "https://shop.example.org/"
        assert sender.request("GET", pixel, role=None, headers=agent).headers["Content-Type"] == "image/gif"
    assert sender.request("GET", click[:-3] + "AAA", role=None).status == 404
    assert [line["what"] for line in told(sender, notification)["log"]][-2:] == ["clicked", "opened"]
    events = sender.sql("SELECT body->'data'->>'kind' FROM analytics.event_log WHERE type = 'NotificationEngagementEvent' AND member_id = 'clicks'")
    assert sorted(e[0] for e in events) == ["clicked", "opened"]


def event(type_, member, identity, **data):
    time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"specversion": "1.0", "type": type_, "source": "/tests/sending", "id": identity, "subject": member, "time": data.pop("time", time),
            "data": {"member_id": member, **data}}


def put_in_log(system, made):
    """An event of another daemon, as that daemon would append it."""
    (shard,), = system.sql("SELECT DISTINCT shard FROM analytics.event_log WHERE member_id = %s", made["subject"])
    system.sql("WITH head AS (UPDATE analytics.shard_heads SET position = position + 1 WHERE shard = %s RETURNING shard, position) "
               "INSERT INTO analytics.event_log (shard, position, event_key, type, member_id, time, body) "
               "SELECT shard, position, gen_random_uuid(), %s, %s, %s, %s::json FROM head",
               shard, made["type"], made["subject"], made["time"], json.dumps(made))


def test_events_become_messages_once(sender, sink):
    member = enrol(sender, "routed", locale="de-AT")
    put_in_log(sender, event("MilestoneAchievedEvent", member, "m1", milestone_id="fifty", achieved_at="2026-11-01T00:00:00Z", bonus={"points": 500}))
    until(lambda: sink.got("routed@example.org"))
    mail, = sink.got("routed@example.org")
    assert mail["Subject"] == "Sie haben einen Meilenstein erreicht: 500 Bonuspunkte"
    assert "Ada" in mail.get_body(("html",)).get_content()
    sender.aectl("rebuild", "notification")
    log = request(sender, "GET", f"/notifications/{member}/log", role="admin").json["notifications"]
    assert len(log) == 1 and log[0]["cause"] == {"event_id": "m1"} and log[0]["asked_by"] == "route:milestones"


def test_old_events_are_silent(sender, sink):
    member = enrol(sender, "history")
    put_in_log(sender, event("MilestoneAchievedEvent", member, "m2", milestone_id="fifty", achieved_at="2026-01-01T00:00:00Z", time="2026-01-01T00:00:00Z"))
    sender.wait_caught_up("notification")
    assert request(sender, "GET", f"/notifications/{member}/log", role="admin").json["notifications"] == []


def test_providers_tell_once_and_a_complaint_ends_it(sender, sink):
    member = enrol(sender, "complains")
    notification = sent(sender, member_id=member)
    ended(sender, notification, "sent")
    told_by = {"RecordType": "SpamComplaint", "MessageID": "pm-1", "ID": 42, "Email": "complains@example.org", "BouncedAt": "2026-11-24T00:00:00Z",
               "Metadata": {"notification_id": notification}}
    assert request(sender, "POST", "/notifications/webhooks/postmark", told_by, role=None).status == 403
    basic = {"Authorization": "Basic " + base64.b64encode(b"pm:secret-of-postmark").decode()}
    for _ in range(2):
        reply = request(sender, "POST", "/notifications/webhooks/postmark", told_by, role=None, headers=basic)
        assert reply.status == 200 and reply.json == {"taken": 1, "ignored": 0}
    assert [line["what"] for line in told(sender, notification)["log"]][2:] == ["complained"]
    listed = request(sender, "GET", "/notification-suppressions?channel=email&address=Complains@example.org", role="admin").json["suppressions"]
    assert [(s["reason"], s["channel"]) for s in listed] == [("complaint", "email")]
    assert ended(sender, sent(sender, member_id=member, priority="critical", channels=["email"]), "dropped")["reason"] == "suppressed"
    lift = {"channel": "email", "address": "complains@example.org"}
    assert request(sender, "POST", "/notification-suppressions/lift", lift).status == 409
    assert request(sender, "POST", "/notification-suppressions/lift", {**lift, "opted_in": True}).json["lifted"] == "complaint"
    ended(sender, sent(sender, member_id=member), "sent")


def test_suppressed_by_hand(sender, sink):
    member = enrol(sender, "byhand")
    body = {"channel": "email", "address": "byhand@example.org", "scope": "tier", "detail": "asked on the phone"}
    assert request(sender, "PUT", "/notification-suppressions", body).status == 200
    assert ended(sender, sent(sender, member_id=member, category="tier", channels=["email"]), "dropped")["reason"] == "suppressed"
    ended(sender, sent(sender, member_id=member), "sent")


def test_poison_becomes_a_dead_letter_and_the_queue_moves_on(sender, sink):
    member = enrol(sender, "poison")
    deep = {"description": "goes round in circles", "schema": {}, "sample": {"round": False}, "partials": {"again": "{{#round}}{{> again}}{{/round}}"},
            "locales": {"en": {"email": {"subject": "x", "text": "{{> again}}"}}}}
    assert request(sender, "PUT", "/notification-templates/circle", deep).status == 200
    poison = sent(sender, member_id=member, template="circle", variables={"round": True})
    assert ended(sender, poison, "failed")["reason"] == "render"
    ended(sender, sent(sender, member_id=member), "sent")
    dead = request(sender, "GET", "/notification-dead-letters", role="admin").json["dead_letters"]
    assert poison in [d["notification_id"] for d in dead]
    assert request(sender, "POST", f"/notification-dead-letters/{poison}/requeue", role="admin").json["outcome"] == "requeued"
    assert ended(sender, poison, "failed")["reason"] == "render"
    assert request(sender, "POST", f"/notification-dead-letters/{poison}/discard", role="admin").status == 200
    assert request(sender, "POST", f"/notification-dead-letters/{poison}/discard", role="admin").status == 404


def test_routes_are_kept_by_administrators(sender, sink):
    member = enrol(sender, "ownroute")
    wrong = request(sender, "PUT", "/notification-routes/big", {"condition": {"nonsense": 1}, "category": "x"})
    assert wrong.status == 400 and {e["pointer"] for e in wrong.json["errors"]} == {"/event_type", "/template", "/category", "/condition", "/priority"}
    route = {"event_type": "TierAdvancedEvent", "condition": {"==": [{"var": "to_tier"}, "gold"]}, "template": "{{none}}", "fallback": "alert",
             "category": "tier", "max_age_seconds": 3600}
    assert request(sender, "PUT", "/notification-routes/big", route).status == 200
    assert "big" in [r["route_id"] for r in request(sender, "GET", "/notification-routes").json["routes"]]
    put_in_log(sender, event("TierAdvancedEvent", member, "t1", kind="tier_advanced", to_tier="silver", advanced_at="2026-11-01T00:00:00Z"))
    put_in_log(sender, event("TierAdvancedEvent", member, "t2", kind="tier_advanced", to_tier="gold", advanced_at="2026-11-01T00:00:00Z"))
    until(lambda: sink.got("ownroute@example.org"))
    sender.wait_caught_up("notification")
    log = request(sender, "GET", f"/notifications/{member}/log").json["notifications"]
    assert [n["cause"]["event_id"] for n in log if n["asked_by"] == "route:big"] == ["t2"]   # a tier is a milestone, too
    assert request(sender, "DELETE", "/notification-routes/big").status == 200 and request(sender, "DELETE", "/notification-routes/big").status == 404


def test_a_digest_sums_up_once(sender, sink):
    member = enrol(sender, "digest")
    request(sender, "PATCH", f"/notifications/{member}/preferences", {"frequency": "daily"}, role="admin", headers={"If-Match": "*"})
    ids = [sent(sender, member_id=member, category=c, variables={"points": p}) for c, p in (("tier", 1), ("milestones", 2), ("promotions", 3))]
    for i in ids:
        assert ended(sender, i, "waiting_for_digest")["reason"] == "digest_daily"
    assert not sink.got("digest@example.org")
    late = sent(sender, member_id=member, category="tier", expires_at="2027-03-01T00:00:00Z")
    ended(sender, late, "waiting_for_digest")
    sender.sql("UPDATE analytics.notifications SET expires_at = now() WHERE notification_id = %s", late)
    sender.sql("UPDATE analytics.notifications SET due_at = now() WHERE member_id = %s AND status = 2", member)
    until(lambda: len(sink.got("digest@example.org")) == 2)
    bodies = [m.get_body(("plain",)).get_content() for m in sink.got("digest@example.org")]
    programme, = [b for b in bodies if "Your tier" in b]
    offers, = [b for b in bodies if "Offers" in b]
    assert "1 points (Your tier)" in programme and "2 points (Milestones reached" in programme and "3 points" not in programme and "3 points" in offers
    assert [told(sender, i)["status"] for i in ids] == ["digested"] * 3 and told(sender, late)["status"] == "expired"
    digests = {n["notification_id"] for n in request(sender, "GET", f"/notifications/{member}/log").json["notifications"] if n["template"] in ("digest@1", "marketing_digest@1")}
    assert {told(sender, i)["log"][-1]["code"] for i in ids} == digests and len(digests) == 2


def test_a_mailgun_token_is_good_for_one_call(sender, sink):
    member = enrol(sender, "mailgun")
    notification = sent(sender, member_id=member)
    ended(sender, notification, "sent")

    def tell(token, kind, identity):
        now = str(int(time.time()))
        signature = {"timestamp": now, "token": token, "signature": hmac.new(b"key-of-mailgun", (now + token).encode(), "sha256").hexdigest()}
        body = {"signature": signature, "event-data": {"event": kind, "id": identity, "timestamp": time.time(), "recipient": "mailgun@example.org",
                                                       "message": {"headers": {"message-id": f"{notification}@shop.example.org"}}}}
        return request(sender, "POST", "/notifications/webhooks/mailgun", body, role=None)

    assert tell("t" * 50, "delivered", "mg-1").json == {"taken": 1, "ignored": 0}
    again = tell("t" * 50, "complained", "mg-2")
    assert again.status == 409 and "used before" in again.json["detail"]
    assert tell("u" * 50, "opened", "mg-3").status == 200
    assert [line["what"] for line in told(sender, notification)["log"]][2:] == ["delivered", "opened"]


def test_the_first_event_finds_the_releases_templates(sender, sink):
    member = enrol(sender, "firststart")
    with sender.away("notification"):
        sender.sql("DELETE FROM analytics.notification_templates WHERE created_by = 'release'")
        put_in_log(sender, event("MilestoneAchievedEvent", member, "m9", milestone_id="fifty", achieved_at="2026-11-01T00:00:00Z"))
    sender.wait_caught_up("notification")
    assert sender.sql("SELECT reason FROM analytics.dead_letters WHERE group_name = 'notification'") == []
    log = request(sender, "GET", f"/notifications/{member}/log").json["notifications"]
    assert len(log) == 1 and ended(sender, log[0]["notification_id"], "sent")
