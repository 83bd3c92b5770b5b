"""Stories of templates: a schema that is kept, a preview that sends nothing, a test that counts as nothing."""
import base64
import json
import uuid

import jsonschema
import pytest
from conftest import ROOT, System, until
from test_sending import WELCOME, KernelsPort, Sink, ended, enrol, request, send, settings
from test_preferences import put

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["order", "lines"], "additionalProperties": False,
    "properties": {
        "order": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{1,6}$"},
        "lines": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": True, "items": {"$ref": "#/$defs/line"}},
        "when": {"type": "string", "format": "date"},
        "gift": {"oneOf": [{"type": "null"}, {"type": "string", "minLength": 2}]}},
    "$defs": {"line": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 10},
                                                                             "price_minor": {"type": "integer", "exclusiveMinimum": 0}}}}}
GOOD = {"order": "AB-12", "lines": [{"name": "tea", "price_minor": 250}], "when": "2026-11-24", "gift": None}
ORDER = {"schema": SCHEMA, "sample": GOOD,
         "locales": {"en": {"email": {"subject": "Order {{order}}", "text": "{{#lines}}{{name}} {{price_minor}}\n{{/lines}}{{gift_note}}",
                                      "html": "<p>{{order}}</p>"},
                            "push": {"title": "{{order}}", "body": "{{#lines}}{{name}} {{/lines}}", "link": "https://shop.example.org/{{order}}"},
                            "slack": {"text": "{{order}} for {{member.first_name}}"}},
                     "de": {"email": {"subject": "Bestellung {{order}}", "text": "{{order}}"}}}}


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
    made = System(*settings(tmp_path_factory.mktemp("secrets"), sink.port, tests_per_hour=12))
    for name, document in (("order", ORDER), ("welcome", WELCOME)):
        assert request(made, "PUT", f"/notification-templates/{name}", document, role="admin").status == 200
    yield made
    made.remove()


def pointers(reply, status):
    assert reply.status == status, reply
    return [e["pointer"] for e in reply.json["errors"]]


# --- schemas ----------------------------------------------------------------------------------------------------------

def test_variables_are_held_against_the_whole_schema(sender):
    wrong = {"order": "ab-1", "lines": [{"name": "far too long a name", "price_minor": 0}, {}], "when": "tomorrow", "gift": "x", "note/1": 1}
    got = pointers(send(sender, member_id="x", template="order", variables=wrong), 400)
    assert sorted(got) == ["/variables/gift", "/variables/lines/0/name", "/variables/lines/0/price_minor", "/variables/lines/1/name",
                           "/variables/note~11", "/variables/order", "/variables/when"]
    # The places of a second implementation, a missing or an added member being told as itself.
    places = {"/" + "/".join(map(str, e.absolute_path))
              for e in jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).iter_errors(wrong)}
    assert {p for p in places if p not in ("/", "/lines/1")} == {p[len("/variables"):] for p in got} - {"/lines/1/name", "/note~11"}
    assert pointers(send(sender, member_id="x", template="order", variables=None), 400) == ["/variables/order", "/variables/lines"]
    assert send(sender, member_id=enrol(sender, "orders"), template="order", variables=GOOD).status == 202


@pytest.mark.parametrize("change, pointer", [
    ({"if": {}, "then": {}}, "/schema/if"),
    ({"properties": {"order": {"$ref": "https://example.org/order.json"}}}, "/schema/properties/order/$ref"),
    ({"properties": {"order": {"pattern": "(a"}}}, "/schema/properties/order/pattern"),
    ({"properties": {"order": {"minimun": 1}}}, "/schema/properties/order/minimun"),
    ({"allOf": [{"$ref": "#"}]}, "/schema/allOf/0/$ref"),
    ({"required": ["order", "nothing"]}, "/sample/nothing"),
], ids=["if", "remote", "pattern", "misspelt", "circle", "sample"])
def test_a_schema_that_would_not_be_kept_is_refused(sender, change, pointer):
    before = request(sender, "GET", "/notification-templates/order", role="admin").json["version"]
    reply = request(sender, "PUT", "/notification-templates/order", {**ORDER, "schema": {**SCHEMA, **change}}, role="admin")
    assert pointers(reply, 422) == [pointer]
    assert request(sender, "GET", "/notification-templates/order", role="admin").json["version"] == before


def test_a_schema_of_an_older_release_sends_no_more_and_says_so(sender):
    """Put there as an older release would have: it took any schema."""
    document = {**WELCOME, "schema": {"if": {"required": ["points"]}}}
    sender.sql("INSERT INTO analytics.notification_templates (name, version, document, created_by) VALUES ('old', 1, %s, 'x')", json.dumps(document))
    reply = send(sender, member_id="x", template="old")
    assert pointers(reply, 400) == ["/variables"] and "/schema/if" in reply.json["errors"][0]["detail"]


def test_an_event_that_does_not_fit_is_told_by_its_pointer(sender):
    route = {"event_type": "MemberEnrolledEvent", "condition": {"==": [{"var": "region"}, "test-route"]}, "template": "order", "category": "account"}
    assert request(sender, "PUT", "/notification-routes/ordered", route, role="admin").status == 200
    sender.sql("UPDATE analytics.notification_routes SET max_age = '20 years' WHERE route_id = 'ordered'")
    enrol(sender, "misfit", region="test-route")
    rows = until(lambda: sender.sql("SELECT pointer, reason FROM analytics.dead_letters WHERE group_name = 'notification'"))
    assert [r[0] for r in rows] == ["/data/order"] and "route ordered: is required" in rows[0][1]
    assert request(sender, "DELETE", "/notification-routes/ordered", role="admin").status == 200


# --- previews ---------------------------------------------------------------------------------------------------------

def preview(system, name="order", **body):
    return request(system, "POST", f"/notification-templates/{name}/preview", body, role="admin")


def test_a_preview_shows_every_channel_and_sends_nothing(sender, sink):
    before = sender.sql("SELECT count(*) FROM analytics.notifications")
    shown = preview(sender).json
    assert shown["version"] == 1 and set(shown["channels"]) == {"email", "push", "slack"} and shown["as_of"]["instant"]
    mail, note, chat = (shown["channels"][c] for c in ("email", "push", "slack"))
    assert (mail["subject"], mail["text"], mail["html"], mail["locale"]) == ("Order AB-12", "tea 250\n", "<p>AB-12</p>", "en")
    assert mail["sizes"] == {"subject": 11, "text": 8, "html": 12}
    assert mail["warnings"] == [{"code": "missing_variable", "detail": "gift_note has no value"}]
    assert (note["title"], note["body"], note["link"], note["warnings"]) == ("AB-12", "tea ", "https://shop.example.org/AB-12", [])
    assert chat["text"] == "AB-12 for Ada"
    german = preview(sender, locale="de-AT", channel="email").json["channels"]
    assert set(german) == {"email"} and german["email"]["locale"] == "de" and german["email"]["subject"] == "Bestellung AB-12"
    assert [w["code"] for w in german["email"]["warnings"]] == ["no_html"]
    own = preview(sender, variables={**GOOD, "order": "XY-9"}).json
    assert own["channels"]["email"]["subject"] == "Order XY-9"
    assert sender.sql("SELECT count(*) FROM analytics.notifications") == before


def test_a_document_is_previewed_before_it_is_kept(sender):
    loud = {"sample": {"x": "é" * 2100}, "locales": {"en": {"push": {"title": "t", "body": "{{x}}"}, "email": {"subject": "s" * 90, "text": "{{nobody.knows}}"}}}}
    shown = preview(sender, "not-yet", document=loud).json
    assert shown["version"] is None and shown["channels"]["push"]["sizes"]["payload"] > 4096
    assert [w["code"] for w in shown["channels"]["push"]["warnings"]] == ["large_payload"]
    assert [w["code"] for w in shown["channels"]["email"]["warnings"]] == ["long_subject", "no_html", "missing_variable"]
    assert request(sender, "GET", "/notification-templates/not-yet", role="admin").status == 404
    assert pointers(preview(sender, document={**loud, "schema": {"type": "text"}}), 422) == ["/document/schema/type"]
    assert pointers(preview(sender, document={**loud, "locales": {"en": {"slack": {}}}}), 422) == ["/document/locales/en/slack"]


def test_a_preview_brings_the_pictures(sender):
    """Of the release's own template, to be put where the HTML names them; and it has the shape that is promised."""
    shown = until(lambda: (r := preview(sender, "milestone", channel="email")).status == 200 and r).json
    jsonschema.validate(shown, json.loads((ROOT / "proto/replies.json").read_text())["TemplatePreview"])
    mail = shown["channels"]["email"]
    assert mail["images"] and all(f"cid:{i['cid']}" in mail["html"] and base64.b64decode(i["base64"]).startswith(b"\x89PNG") for i in mail["images"])


def test_what_is_wrong_with_a_preview_is_named(sender):
    assert sorted(pointers(preview(sender, version=0, locale="!", channel="fax", variables=[], colour=1), 400)) == [
        "/channel", "/colour", "/locale", "/variables", "/version"]
    assert sorted(pointers(preview(sender, variables={"order": 1}), 400)) == ["/variables/lines", "/variables/order"]
    assert preview(sender, version=99).status == 404 and preview(sender, "no-such").status == 404
    assert request(sender, "POST", "/notification-templates/order/preview", {}, role="service").status == 403


# --- tests ------------------------------------------------------------------------------------------------------------

def try_out(system, name="order", key=None, **body):
    return request(system, "POST", f"/notification-templates/{name}/test", body, role="admin", headers={"Idempotency-Key": key or str(uuid.uuid4())})


def test_a_test_reaches_an_address_once_and_counts_as_nothing(sender, sink):
    address = f"try-{uuid.uuid4()}@example.org"
    first = try_out(sender, key="try-1", channel="email", address=address, locale="de")
    again = try_out(sender, key="try-1", channel="email", address=address, locale="de")
    assert first.status == again.status == 202 and first.json == again.json and again.headers["Idempotency-Replayed"] == "true"
    notification = first.json["notifications"][0]
    assert notification["status"] == "queued" and notification["member_id"] == "urn:ae:test-send"
    done = ended(sender, notification["notification_id"], "sent")
    mail, = sink.got(address)
    assert mail["Subject"] == "[Test] Bestellung AB-12" and mail["List-Unsubscribe"] is None
    assert done["test"] is True and done["asked_by"] and done["locale"] == "de"
    assert address not in json.dumps(done)
    events = sender.sql("SELECT count(*) FROM analytics.event_log WHERE type LIKE 'Notification%%' AND member_id = 'urn:ae:test-send'")
    assert events == [(0,)]
    assert try_out(sender, key="try-1", channel="email", address="other@example.org").status == 422


def test_a_test_for_a_member_goes_over_wishes_but_never_to_a_dead_address(sender, sink):
    member = enrol(sender, "tried")
    assert put(sender, member, {"global_opt_out": True, "quiet_hours": {"from": "00:00", "to": "23:59"}}, '"1"').status == 200
    done = ended(sender, try_out(sender, member_id=member, channel="email").json["notifications"][0]["notification_id"], "sent")
    assert done["priority"] == "transactional" and sink.got("tried@example.org")[0]["Subject"] == "[Test] Order AB-12"
    body = {"channel": "email", "address": "tried@example.org"}
    assert request(sender, "PUT", "/notification-suppressions", body, role="service").status == 200
    for receiver in ({"member_id": member}, {"address": "Tried@example.org"}):
        notification = try_out(sender, channel="email", **receiver).json["notifications"][0]["notification_id"]
        assert ended(sender, notification, "dropped")["reason"] == "suppressed"
    assert len(sink.got("tried@example.org")) == 1


def test_who_may_try_what(sender):
    assert try_out(sender, "no-such", member_id="x").status == 404
    assert pointers(try_out(sender), 400) == [""]
    assert pointers(try_out(sender, address="a@example.org"), 400) == ["/channel"]
    assert pointers(try_out(sender, channel="email", address="not an address"), 400) == ["/address"]
    assert pointers(try_out(sender, channel="push", address="x", platform="fax"), 400) == ["/address"]
    assert pointers(try_out(sender, "welcome", channel="slack", address="U024BE7LH"), 400) == ["/channel"]
    assert sorted(pointers(try_out(sender, member_id="x", variables={}), 400)) == ["/variables/lines", "/variables/order"]
    assert request(sender, "POST", "/notification-templates/order/test", {"member_id": "x"}, role="admin").status == 400
    assert request(sender, "POST", "/notification-templates/order/test", {"member_id": "x"}, role="service",
                   headers={"Idempotency-Key": "x"}).status == 403


def test_an_administrator_tries_so_much_an_hour(sender):
    replies = [try_out(sender, channel="email", address=f"cap-{i}@example.org") for i in range(13)]
    refused = [r for r in replies if r.status == 429]
    assert refused and {r.status for r in replies} <= {202, 429} and 3000 < int(refused[0].headers["Retry-After"]) <= 3601
    assert sender.sql("SELECT count(*) FROM analytics.notifications WHERE test IS NOT NULL") == [(12,)]
