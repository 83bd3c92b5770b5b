"""Stories of what a send promises: its replies, its trace, the sender's own data, and that the same is not sent twice."""
import json
import threading
import uuid

import jsonschema
import pytest
from conftest import ROOT, System
from test_sending import WELCOME, KernelsPort, Sink, ended, enrol, request, send, sent, settings, told
from test_preferences import PATH, get, put

REPLIES = json.loads((ROOT / "proto" / "replies.json").read_text())
STEPS = ["template", "idempotency", "suppression", "consent", "opt_out", "preference", "address", "holdout", "expiry", "schedule", "quiet_hours",
         "frequency_cap", "collapse", "digest", "lane", "provider"]


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
    assert request(made, "PUT", "/notification-templates/welcome", WELCOME, role="admin").status == 200
    yield made
    made.remove()


def dry(system, key=None, **body):
    body = {"category": "account", "template": "welcome", "variables": {"points": 120}, "dry_run": True, **body}
    headers = {"Idempotency-Key": key} if key else {}
    reply = request(system, "POST", "/notifications/send", body, role="service", headers=headers)
    assert reply.status == 200, reply
    jsonschema.validate(reply.json, REPLIES["SendReply"])
    return reply.json["decisions"][0]


def step(decision, name):
    return next(s for s in decision["steps"] if s["step"] == name)


def test_a_send_answers_with_ids_and_states(sender):
    members = [enrol(sender, f"state-{i}") for i in range(3)]
    reply = send(sender, members=members)
    jsonschema.validate(reply.json, REPLIES["SendReply"])
    assert [(n["member_id"], n["status"]) for n in reply.json["notifications"]] == [(m, "queued") for m in members]
    assert reply.json["as_of"]["instant"].endswith("Z")


def test_the_trace_tells_every_step_and_every_channel(sender):
    member = enrol(sender, "traced")
    decision = dry(sender, member_id=member)
    assert [s["step"] for s in decision["steps"]] == STEPS
    assert (decision["outcome"], decision["lane"], decision["channels"]) == ("send", "transactional", ["email"])
    assert step(decision, "template")["channels"] == {"email": "passed", "push": "passed"}
    assert step(decision, "address") == {"step": "address", "outcome": "passed", "reason": None, "channels": {"email": "passed", "push": "no_address"}}
    assert step(decision, "idempotency") == {"step": "idempotency", "outcome": "skipped", "reason": "not_asked"}
    assert step(decision, "lane") == {"step": "lane", "outcome": "passed", "reason": "transactional"}
    assert step(decision, "frequency_cap")["outcome"] == "skipped"
    with_keys = dry(sender, member_id=member, key="dry-1", collapse_key="dry")
    assert step(with_keys, "idempotency")["outcome"] == step(with_keys, "collapse")["outcome"] == "passed"
    assert step(with_keys, "collapse")["reason"] is None
    waiting = sent(sender, member_id=member, collapse_key="dry", send_at="2027-01-01T00:00:00Z")
    assert step(dry(sender, member_id=member, collapse_key="dry"), "collapse")["reason"] == "collapses_older"
    assert told(sender, waiting)["status"] in ("queued", "held")


def test_a_dry_run_says_what_a_send_would_find(sender):
    """A key that was answered, a member that nobody knows, an offer that calls itself critical."""
    member = enrol(sender, "found", consents={"marketing": True})
    send(sender, key="found-1", member_id=member)
    answered = dry(sender, member_id=member, key="found-1")
    assert (answered["outcome"], answered["reason"], answered["steps"][-1]["step"]) == ("drop", "answered", "idempotency")
    unknown = dry(sender, member_id="nobody-here")
    assert (unknown["outcome"], unknown["reason"]) == ("drop", "no_address")
    assert ended(sender, sent(sender, member_id="nobody-here"), "dropped")["reason"] == "no_address"
    offer = dry(sender, member_id=member, category="promotions", priority="critical")
    assert offer["lane"] == "engagement"
    assert told(sender, sent(sender, member_id=member, category="promotions", priority="critical"))["priority"] == "engagement"


def test_the_language_of_a_send_goes_before_the_members(sender, sink):
    member = enrol(sender, "polyglot")
    done = ended(sender, sent(sender, member_id=member, locale="de-CH"), "sent")
    assert sink.got("polyglot@example.org")[0]["Subject"] == "120 Punkte" and done["locale"] == "de-CH"
    assert send(sender, member_id=member, locale="!").json["errors"][0]["pointer"] == "/locale"


def test_the_senders_own_data_comes_back(sender):
    member = enrol(sender, "noted")
    data = {"campaign": "spring", "nested": {"n": [1, 2]}}
    notification = sent(sender, member_id=member, metadata=data)
    assert ended(sender, notification, "sent")["metadata"] == data
    log = request(sender, "GET", f"/notifications/{member}/log", role="admin").json
    assert log["notifications"][0]["metadata"] == data and log["as_of"]["instant"]
    event, = sender.sql("SELECT body FROM analytics.event_log WHERE type = 'NotificationSentEvent' AND member_id = 'noted'")
    body = event[0] if isinstance(event[0], dict) else json.loads(event[0])
    assert body["data"]["metadata"] == data
    schema = json.loads((ROOT / "proto/events/NotificationSentEvent.schema.json").read_text())
    jsonschema.validate(body["data"], schema)
    large = send(sender, member_id=member, metadata={"x": "y" * 4096})
    assert [e["pointer"] for e in large.json["errors"]] == ["/metadata"]


def test_the_same_is_sent_once_within_its_window(sender, sink):
    members = [enrol(sender, f"alike-{i}") for i in range(2)]
    first = send(sender, member_id=members[0], dedup_window=3600, variables={"points": 7, "note": {"a": 1, "b": 2}}).json["notifications"][0]
    both = send(sender, members=members, dedup_window=3600, variables={"note": {"b": 2, "a": 1}, "points": 7}).json["notifications"]
    assert both[0] == {"notification_id": first["notification_id"], "member_id": members[0], "status": "duplicate"}
    assert both[1]["status"] == "queued"
    again = dry(sender, members=members, dedup_window=3600, variables={"points": 7, "note": {"a": 1, "b": 2}})
    assert (again["outcome"], again["reason"]) == ("drop", "duplicate")
    other = send(sender, member_id=members[0], dedup_window=3600, variables={"points": 8, "note": {"a": 1, "b": 2}}).json["notifications"][0]
    unasked = send(sender, member_id=members[0], variables={"points": 7, "note": {"a": 1, "b": 2}}).json["notifications"][0]
    assert other["status"] == unasked["status"] == "queued"
    for n in (first, both[1], other, unasked):
        ended(sender, n["notification_id"], "sent")
    assert [len(sink.got(f"{m}@example.org")) for m in members] == [3, 1]
    sender.sql("UPDATE analytics.notifications SET created_at = created_at - interval '2 hours' WHERE member_id = 'alike-0'")
    assert send(sender, member_id=members[0], dedup_window=3600, variables={"points": 7, "note": {"a": 1, "b": 2}}).json["notifications"][0]["status"] == "queued"
    assert send(sender, member_id=members[0], dedup_window=0).json["errors"][0]["pointer"] == "/dedup_window"


def test_of_many_alike_at_once_one_is_sent(sender):
    member, states, lock = enrol(sender, "storm"), [], threading.Lock()
    sender.token("service")

    def one():
        reply = send(sender, key=str(uuid.uuid4()), member_id=member, dedup_window=600)
        with lock:
            states.append(reply.json["notifications"][0]["status"] if reply.status == 202 else reply)

    threads = [threading.Thread(target=one) for _ in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(states) == ["duplicate"] * 11 + ["queued"]


def test_every_reply_tells_when_it_was_true(sender):
    member = enrol(sender, "asof")
    notification = sent(sender, member_id=member)
    lists = {"/notification-templates": "templates", "/notification-routes": "routes", "/notification-suppressions": "suppressions",
             "/notification-dead-letters": "dead_letters", f"/notifications/{member}/log": "notifications"}
    for path, name in lists.items():
        reply = request(sender, "GET", path, role="admin").json
        assert isinstance(reply[name], list) and reply["next_cursor"] is None and reply["as_of"]["instant"], path
    for path in (f"/notifications/{notification}", "/notification-queue", "/notification-templates/welcome", f"/notifications/{member}/preferences"):
        assert request(sender, "GET", path, role="admin").json["as_of"]["instant"], path


def test_templates_come_page_by_page(sender):
    for i in range(3):
        assert request(sender, "PUT", f"/notification-templates/page-{i}", WELCOME, role="admin").status == 200
    names, cursor = [], ""
    while cursor is not None:
        reply = request(sender, "GET", f"/notification-templates?limit=2{cursor and '&cursor=' + cursor}", role="admin").json
        names += [t["name"] for t in reply["templates"]]
        cursor = reply["next_cursor"]
    assert names == sorted(set(names)) and {"page-0", "page-1", "page-2", "welcome"} <= set(names)


# --- preferences ------------------------------------------------------------------------------------------------------

def first_write(system, whose, body, **more):
    return system.request("PUT", PATH.format(whose), data=json.dumps(body).encode(),
                          headers={"Content-Type": "application/json", "If-None-Match": "*"}, **more)


def test_the_first_preferences_need_no_version(sender):
    """Of a member whose enrolment has not come yet, and of one that has never set any."""
    assert get(sender, "not-enrolled").status == 404
    done = first_write(sender, "not-enrolled", {"frequency": "daily"})
    assert done.status == 200 and done.json["frequency"] == "daily" and done.headers["ETag"] == '"2"'
    assert first_write(sender, "not-enrolled", {"frequency": "weekly"}).status == 412
    member = enrol(sender, "first-write")
    assert first_write(sender, member, {"frequency": "daily"}).status == 200
    assert first_write(sender, member, {"frequency": "weekly"}).status == 412
    assert get(sender, member).json["frequency"] == "daily"


def test_what_was_got_can_be_put_back(sender):
    member = enrol(sender, "read-back")
    got = get(sender, member, role="member", member=member)
    assert got.headers["Cache-Control"] == "private, no-store"
    done = put(sender, member, {**got.json, "frequency": "weekly"}, got.headers["ETag"], role="member", member=member)
    assert done.status == 200 and done.json["frequency"] == "weekly" and done.json["version"] == 2
    now = get(sender, member, role="member", member=member)
    assert now.json == done.json and now.headers["ETag"] == done.headers["ETag"]
    same = get(sender, member, role="member", member=member, headers={"If-None-Match": now.headers["ETag"]})
    assert same.status == 304 and same.headers["Cache-Control"] == "private, no-store"
    stored, = sender.sql("SELECT document::text FROM analytics.notification_preferences WHERE member_id = 'read-back'")
    assert not {"version", "as_of"} & set(json.loads(stored[0]))


def test_a_patch_is_a_merge_patch(sender):
    member = enrol(sender, "merged")
    headers = {"If-Match": '"1"', "Content-Type": "application/merge-patch+json"}
    reply = sender.request("PATCH", PATH.format(member), data=b'{"frequency": "daily"}', headers=headers)
    assert reply.status == 200 and reply.json["frequency"] == "daily"
    assert sender.request("PUT", PATH.format(member), data=b"{}", headers={**headers, "If-Match": '"2"'}).status == 415
