"""One bad event of a batch is named by index, id and place, and the others go on."""
import json

GOOD = {"specversion": "1.0", "source": "urn:test:rejections", "type": "PointsEarnedEvent",
        "data": {"member_id": "rejected-1", "points": 5, "occurred_at": "2026-01-02T03:04:05Z"}}


def made(name, **data):
    return {**GOOD, "id": name, "data": {**GOOD["data"], **data}}


def post(system, body, content_type):
    return system.post("/events", role="service", data=body.encode(), headers={"Content-Type": content_type})


def test_the_place_is_the_same_in_a_batch_and_in_lines(system):
    events = [made("reject-a"), made("reject-b", points="many"), made("reject-c")]
    batch = post(system, json.dumps(events), "application/cloudevents-batch+json")
    assert (batch.status, batch.json["accepted"]) == (202, 2)
    lines = post(system, "\n".join(map(json.dumps, events)), "application/x-ndjson")
    assert (lines.status, lines.json["accepted"], lines.json["duplicate"]) == (202, 0, 2)
    for reply in (batch, lines):
        (rejected,) = reply.json["rejected"]
        assert (rejected["index"], rejected["id"], rejected["pointer"], rejected["code"]) == \
            (1, "reject-b", "/data/points", "type")
        assert "integer" in rejected["detail"]


def test_a_lone_event_with_a_broken_envelope_is_refused(system):
    reply = post(system, json.dumps({k: v for k, v in made("x").items() if k != "id"}), "application/cloudevents+json")
    assert reply.status == 400 and reply.json["errors"][0]["pointer"] == "/id"


def test_no_room_in_the_database_is_not_our_fault(make_system):
    """A full disk is a state that passes: 503 and another try, and nothing counted that is not durable."""
    s = make_system()
    s.sql("""CREATE FUNCTION analytics.no_room() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$""")
    s.sql("CREATE TRIGGER no_room BEFORE INSERT ON analytics.event_log EXECUTE FUNCTION analytics.no_room()")
    event = json.dumps(made("room"))
    answer = post(s, event, "application/cloudevents+json")
    assert answer.status == 503 and answer.headers["Retry-After"] and answer.json["code"] == "UNAVAILABLE"
    s.sql("DROP TRIGGER no_room ON analytics.event_log")
    assert post(s, event, "application/cloudevents+json").json["accepted"] == 1
