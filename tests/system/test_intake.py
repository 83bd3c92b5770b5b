"""What comes to POST /events: four ways to write it, and every way to get it wrong."""
import json
import threading
import urllib.parse

import pytest

from conftest import until
from story import NDJSON, Client, counts, dashboard, post, streams

STRUCTURED = {"Content-Type": "application/cloudevents+json"}
BATCH = {"Content-Type": "application/cloudevents-batch+json; charset=utf-8"}
FEBRUARY = {"period": "custom", "from": "2026-02-01", "to": "2026-02-28"}
MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def no_crash(system):
    """Whatever a story sends, the daemons live on, and no dead letter is left."""
    before = system.pids
    yield
    assert system.pids == before
    assert system.sql("SELECT count(*) FROM analytics.dead_letters WHERE group_name = 'analytics'") == [(0,)]


def send(system, body, headers=STRUCTURED, **more):
    body = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return system.post("/events", role="service", data=body, headers=headers, **more)


def in_log(system, identity):
    return system.sql("SELECT count(*) FROM analytics.event_log WHERE body ->> 'id' = %s", identity)[0][0]


# --- the modes -----------------------------------------------------------------------------------

def test_every_mode_reaches_the_dashboard(system):
    name = "modes"
    binary = streams.bought(name, "modes-binary", 4)
    headers = {f"ce-{k}": v for k, v in binary.items() if k != "data"}
    assert counts(send(system, streams.bought(name, "modes-structured", 1))) == (1, 0, 0)
    assert counts(send(system, [streams.bought(name, "modes-batch", 2)], BATCH)) == (1, 0, 0)
    assert counts(send(system, binary["data"], {**headers, "Content-Type": "application/json"})) == (1, 0, 0)
    assert counts(send(system, streams.lines([streams.bought(name, "modes-lines", 8)]), NDJSON)) == (1, 0, 0)
    assert counts(send(system, streams.bought(name, "modes-json", 16), {"Content-Type": "application/json"})) == (1, 0, 0)
    system.wait_caught_up()
    got = dashboard(system, name, **FEBRUARY)
    assert got["summary"]["spend"]["value"] == 31 and got["summary"]["transactions"]["value"] == 5


def test_binary_attributes_are_percent_decoded_and_kept(system):
    made = streams.bought("binary-mode", 'é "100%" €')
    headers = {f"ce-{k}": urllib.parse.quote(v, safe="/:. ") for k, v in made.items() if k != "data"}
    headers |= {"ce-comexample": "an extension", "Content-Type": "application/json"}
    assert counts(send(system, made["data"], headers)) == (1, 0, 0)
    (body,), = system.sql("SELECT body FROM analytics.event_log WHERE type <> 'MilestoneAchievedEvent' AND member_id = 'binary-mode'")
    assert body["id"] == made["id"] and body["comexample"] == "an extension" and body["data"] == made["data"]


def test_every_type_is_taken_in(system):
    name = "types"
    events = [streams.enrolled(name, "ty-e", time_zone="Europe/London", consents={"marketing": True},
                               push_tokens=[{"platform": "ios", "token": "x"}]),
              streams.bought(name, "ty-t", items=[{"item_id": "i", "quantity": 2, "amount_minor": 625}], channel="web"),
              streams.earned(name, "ty-p", 100, expires_at="2030-01-01T00:00:00Z"), streams.redeemed(name, "ty-r", 40),
              streams.tiered(name, "ty-u", "gold", direction="up"),
              streams.event("CategoryUpdatedEvent", "ty-c", category="kitchen", name="Kitchen", points_multiplier=2.5,
                            promotion={"promotion_id": "p"}, rewards=[{"reward_id": "r", "points": 10}])]
    assert counts(post(system, events)) == (6, 0, 0)
    system.wait_caught_up()
    got = dashboard(system, name, **FEBRUARY)
    assert got["tier"]["name"] == "gold" and got["points"]["balance"] == 60
    assert got["categories"][0]["category"] == "kitchen"


def test_unknown_members_of_an_event_are_kept(system):
    made = {**streams.bought("additive", "additive-1", colour="green"), "myextension": "x"}
    assert counts(send(system, made)) == (1, 0, 0)
    (body,), = system.sql("SELECT body FROM analytics.event_log WHERE type <> 'MilestoneAchievedEvent' AND member_id = 'additive'")
    assert body == made


# --- one bad event -------------------------------------------------------------------------------

def test_bad_events_do_not_reject_the_others(system):
    name = "one-bad"
    bad = streams.bought(name, "ob-bad", currency="pounds")
    nameless = streams.bought(name, "x")
    del nameless["id"]
    reply = send(system, [streams.bought(name, "ob-1"), bad, "no object", nameless, streams.bought(name, "ob-2")], BATCH)
    assert counts(reply) == (2, 0, 3)
    assert [(r["index"], r["id"], r["pointer"], r["code"]) for r in reply.json["rejected"]] == \
        [(1, "ob-bad", "/data/currency", reply.json["rejected"][0]["code"]), (2, None, "", "type"), (3, None, "/id", "missing")]
    assert all(r["detail"] and r["code"] for r in reply.json["rejected"])
    system.wait_caught_up()
    assert dashboard(system, name, **FEBRUARY)["summary"]["transactions"]["value"] == 2
    assert in_log(system, "ob-bad") == 0


def test_a_broken_line_does_not_reject_the_others(system):
    good = streams.lines([streams.bought("lines", "li-1")]), streams.lines([streams.bought("lines", "li-2")])
    reply = send(system, b"\n" + good[0].replace(b"\n", b"\r\n") + b'{"id": \n' + b"   \n" + b"[]\n" + good[1].rstrip(), NDJSON)
    assert counts(reply) == (2, 0, 2)
    assert [r["index"] for r in reply.json["rejected"]] == [1, 2]


# --- duplicates ----------------------------------------------------------------------------------

def test_duplicates_in_one_request_and_across_requests(system):
    a, b = streams.bought("double", "do-a"), streams.bought("double", "do-b")
    assert counts(send(system, [a, b, a], BATCH)) == (2, 1, 0)
    assert counts(send(system, [b, a], BATCH)) == (0, 2, 0)
    assert counts(send(system, {**a, "source": "/elsewhere"})) == (1, 0, 0), "another source, another event"
    assert counts(send(system, {**a, "data": {**a["data"], "amount_minor": 1}})) == (0, 1, 0), "the first word holds"
    system.wait_caught_up()
    assert dashboard(system, "double", **FEBRUARY)["summary"]["spend"]["value"] == 3 * 1250


def test_duplicates_of_clients_side_by_side(system):
    events = [streams.bought(f"side-{n % 9}", f"side-{n}") for n in range(300)]
    barrier, replies = threading.Barrier(8), []

    def work(turn):
        client = Client(system)
        barrier.wait(20)
        for start in range(0, 300, 50):
            part = events[start:start + 50]
            replies.append(client.post(part if turn % 2 else part[::-1]))
    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(replies) == 48 and all(r and r["rejected"] == [] for r in replies)
    assert sum(r["accepted"] for r in replies) == 300 and sum(r["duplicate"] for r in replies) == 7 * 300
    system.wait_caught_up()
    assert system.sql("SELECT sum(transactions) FROM analytics.member_analytics WHERE member_id LIKE 'side-%%'") == [(300,)]


# --- limits --------------------------------------------------------------------------------------

def test_body_size_is_limited(system):
    reply = send(system, b" " * (8 * MIB + 1), NDJSON)
    assert reply.status == 413 and reply.json["code"] and reply.json["detail"]
    name = "near-limit"
    filler = "x" * 200000
    big = streams.lines([streams.bought(name, f"nl-{n}", note=filler) for n in range(40)])
    assert 7 * MIB < len(big) < 8 * MIB
    assert counts(send(system, big, NDJSON)) == (40, 0, 0)


def test_number_of_events_is_limited(system):
    many = [{"specversion": "1.0"}] * 10001
    for body, headers in [(streams.lines(many), NDJSON), (json.dumps(many), BATCH)]:
        reply = send(system, body, headers)
        assert reply.status == 413 and "10000" in reply.json["detail"]
    assert counts(send(system, json.dumps(many[:10000]), BATCH)) == (0, 0, 10000)


def test_one_event_is_limited(system):
    reply = send(system, [streams.bought("large", "la-1", note="x" * (256 * 1024)), streams.bought("large", "la-2")], BATCH)
    assert counts(reply) == (1, 0, 1) and "256 KiB" in reply.json["rejected"][0]["detail"]


def test_depth_is_limited(system):
    deep = streams.bought("deep", "de-1")
    deep["data"]["more"] = "PLACE"
    for depth, status in [(20, 202), (40, 400), (100000, 400)]:
        body = json.dumps({**deep, "id": f"de-{depth}"}).replace('"PLACE"', "[" * depth + "]" * depth)
        assert send(system, body).status == status, depth


# --- nonsense ------------------------------------------------------------------------------------

WHOLE = json.dumps(streams.bought("nonsense", "nonsense"))
UNREADABLE = [
    ("empty", b""), ("blank", b" \r\n\t "), ("cut off", WHOLE[:-1].encode()), ("two documents", (WHOLE + WHOLE).encode()),
    ("a comment", ("/* x */" + WHOLE).encode()), ("a trailing comma", (WHOLE[:-1] + ",}").encode()),
    ("single quotes", WHOLE.replace('"', "'").encode()), ("NaN", WHOLE.replace("1250", "NaN").encode()),
    ("lone surrogate", WHOLE.replace("kitchen", "\\ud800").encode()),
    ("surrogates the wrong way round", WHOLE.replace("kitchen", "\\udc00\\ud800").encode()),
    ("an escaped NUL", WHOLE.replace("kitchen", "a\\u0000b").encode()), ("a NUL", WHOLE.replace("kitchen", "a\0b").encode()),
    ("NUL after it", WHOLE.encode() + b"\0"), ("bad UTF-8", WHOLE.encode().replace(b"kitchen", b"\xff\xfe")),
    ("overlong UTF-8", WHOLE.encode().replace(b"kitchen", b"\xc0\xaf")), ("UTF-16", WHOLE.encode("utf-16")),
    ("a name twice", WHOLE.replace('"data":', '"id": "other", "data":').encode()),
    ("a name twice, deep", WHOLE.replace('"currency":', '"member_id": "other", "currency":').encode()),
    ("a number beyond everything", WHOLE.replace("1250", "1e400").encode()),
    ("a number of 5000 digits", WHOLE.replace("1250", "9" * 5000).encode()),
    ("leading zero", WHOLE.replace("1250", "01250").encode()), ("an array", b"[]"), ("a text", b'"x"'), ("null", b"null"),
]


@pytest.mark.parametrize("why, body", UNREADABLE, ids=[u[0] for u in UNREADABLE])
def test_unreadable_bodies(system, why, body):
    """400 with a reason, in structured mode; a lone bad line otherwise; never anything in the log."""
    reply = send(system, body)
    assert reply.status == 400 and reply.json["status"] == 400 and reply.json["detail"], reply
    assert reply.headers["Content-Type"] == "application/problem+json"
    in_batch = send(system, b"[" + body + b"]", BATCH)
    assert in_batch.status == 400 or (in_batch.json["accepted"] == 0), in_batch
    as_line = send(system, body, NDJSON)
    assert as_line.status == 400 or as_line.json["accepted"] == 0 or why == "two documents", as_line
    assert in_log(system, "nonsense") == 0


def other(**changes):
    made = streams.bought("field", "field")
    data = {k: changes.pop(k) for k in list(changes) if k in made["data"] or k in ("status", "items", "channel")}
    return {k: v for k, v in {**made, **changes, "data": {**made["data"], **data}}.items() if v is not ...}


def without(name):
    made = streams.bought("field", "field")
    del made["data"][name]
    return made


def enrolment(**data):
    return streams.enrolled("field", "field", **data)


FIELDS = [
    (other(specversion=...), "/specversion"), (other(specversion="0.3"), "/specversion"), (other(specversion=1.0), "/specversion"),
    (other(id=""), "/id"), (other(id=7), "/id"), (other(id="x" * 201), "/id"), (other(source=...), "/source"), (other(source=""), "/source"),
    (other(type=...), "/type"), (other(type="UnknownEvent"), "/type"), (other(type="InsightGeneratedEvent"), "/type"),
    (other(subject="somebody-else"), "/subject"), (other(subject=5), "/subject"),
    (other(time="yesterday"), "/time"), (other(time="2026-02-30T00:00:00Z"), "/time"), (other(time="2026-02-01"), "/time"),
    (other(time="0001-01-01T00:00:00Z"), "/time"), (other(time="9999-12-31T23:59:59Z"), "/time"), (other(time=1e9), "/time"),
    ({k: v for k, v in other().items() if k != "data"}, "/data"), ({**other(), "data": None}, "/data"),
    ({**other(), "data": []}, "/data"), ({**other(), "data": "text"}, "/data"), ({**other(), "data_base64": "e30="}, "/data_base64"),
    *[(without(name), f"/data/{name}") for name in
      ("transaction_id", "member_id", "amount_minor", "currency", "category", "occurred_at")],
    (other(amount_minor=-1), "/data/amount_minor"), (other(amount_minor="1"), "/data/amount_minor"),
    (other(amount_minor=1.5), "/data/amount_minor"), (other(amount_minor=2**53), "/data/amount_minor"),
    (other(amount_minor=2**63 - 1), "/data/amount_minor"), (other(amount_minor=-2**63), "/data/amount_minor"),
    (other(amount_minor=2**63), "/data/amount_minor"), (other(amount_minor=10**30), "/data/amount_minor"),
    (other(amount_minor=-2**53, status="reversed"), "/data/amount_minor"), (other(amount_minor=True), "/data/amount_minor"),
    (other(currency="gbp"), "/data/currency"), (other(currency="GBPX"), "/data/currency"), (other(currency=""), "/data/currency"),
    (other(member_id="a b", subject="a b"), "/data/member_id"), (other(member_id="x" * 65), "/data/member_id"),
    (other(member_id=""), "/data/member_id"), (other(member_id="é"), "/data/member_id"), (other(category=""), "/data/category"),
    (other(category="x" * 65), "/data/category"), (other(status="pending"), "/data/status"), (other(channel="fax"), "/data/channel"),
    (other(occurred_at="2026-13-01T00:00:00Z"), "/data/occurred_at"), (other(occurred_at="2026-02-01T25:00:00Z"), "/data/occurred_at"),
    (other(occurred_at="1969-12-31T23:59:59Z"), "/data/occurred_at"), (other(occurred_at="2999-01-01T00:00:00Z"), "/data/occurred_at"),
    (other(occurred_at="2026-02-01T00:00:00"), "/data/occurred_at"), (other(items="many"), "/data/items"),
    (other(items=[{"quantity": "two"}]), "/data/items/0/quantity"), (other(items=[{}, 5]), "/data/items/1"),
    (enrolment(time_zone="Mars/Olympus"), "/data/time_zone"), (enrolment(time_zone="../../etc/passwd"), "/data/time_zone"),
    (enrolment(birth_date="1875-01-01"), "/data/birth_date"), (enrolment(birth_date="2199-01-01"), "/data/birth_date"),
    (enrolment(birth_date="2001-02-29"), "/data/birth_date"),
    (streams.redeemed("field", "field", -5), "/data/points"), (streams.earned("field", "field", 10**17), "/data/points"),
    (streams.earned("field", "field", expires_at="soon"), "/data/expires_at"),
    (streams.event("CategoryUpdatedEvent", "field", category="c", name="C", points_multiplier=-1), "/data/points_multiplier"),
    (streams.event("CategoryUpdatedEvent", "field", category="c", name="C", promotion={}), "/data/promotion/promotion_id"),
]


def test_every_wrong_field_is_named(system):
    """In a batch each is rejected by itself, with its pointer; alone it is a 400 when the envelope is wrong."""
    reply = send(system, [event for event, _ in FIELDS], BATCH)
    assert reply.status == 202 and reply.json["accepted"] == reply.json["duplicate"] == 0
    named = {r["index"]: r["pointer"] for r in reply.json["rejected"]}
    wrong = {n: (named.get(n), pointer, event) for n, (event, pointer) in enumerate(FIELDS) if named.get(n) != pointer}
    assert not wrong, wrong
    for event, pointer in FIELDS:
        alone = send(system, event)
        if pointer.startswith("/data/"):
            assert counts(alone) == (0, 0, 1) and alone.json["rejected"][0]["pointer"] == pointer
        else:
            assert alone.status == 400 and alone.json["errors"][0]["pointer"] == pointer, (alone, event)
    assert in_log(system, "field") == 0 and system.get("/analytics/field/dashboard").status == 404


def test_edges_that_are_taken(system):
    """Just inside the limits."""
    name = "edges" + "x" * 59
    events = [streams.bought(name, "ed-1", 2**53 - 1), streams.bought(name, "ed-2", -(2**53 - 1), status="reversed"),
              streams.bought(name, "ed-3", 0), streams.bought(name, "ed-4", 5, "1970-01-01T00:00:00Z"),
              streams.bought(name, "ed-5", 5, "2026-02-28T23:59:60Z"), streams.bought(name, "ed-6", 5, "2024-02-29T12:00:00.123456789+14:00"),
              streams.bought(name, "x" * 200, 5), streams.bought(name, "ed-\U0001f600", 5, category="\U0001f600" * 16)]
    reply = post(system, events)
    assert counts(reply) == (len(events), 0, 0), reply
    system.wait_caught_up()
    assert system.get(f"/analytics/{name}/dashboard").status == 200


def test_other_media_types(system):
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/xml"}):
        assert send(system, WHOLE, headers).status == 415


def test_who_may_send(system):
    for role, status in [("member", 403), ("analyst", 403), (None, 401)]:
        member = "someone" if role == "member" else None
        reply = system.post("/events", role=role, member=member, data=WHOLE, headers=STRUCTURED)
        assert reply.status == status and reply.headers["Content-Type"] == "application/problem+json"
    assert in_log(system, "nonsense") == 0
