"""What a member sees of its milestones: how far, how fast, in words and pictures, and among others if it likes."""
import datetime
import json
import xml.etree.ElementTree as xml

import jsonschema
import pytest
from conftest import ROOT, System, until
from milestone_kit import bought, define, happen, returned, streams
from test_sending import KernelsPort, Sink, request, settings

NOW = datetime.datetime.now(streams.UTC)


def ago(days):
    return (NOW - datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def standing(system, member, milestone_id, **more):
    document = system.get(f"/milestones/{member}/progress", **more).json
    return next(m for m in document["milestones"] if m["milestone_id"] == milestone_id)


def test_value_target_pace_and_words(system):
    happen(system, streams.enrolled("see", "see/e", at=ago(9), time_zone="UTC", locale="en-GB"),
           *[bought("see", n, 1000, at=ago(n / 10)) for n in range(5)])
    reply = system.get("/milestones/see/progress", member="see")
    schema = json.loads((ROOT / "proto" / "replies.json").read_text())["Progress"]
    jsonschema.validate(reply.json, schema)
    m = standing(system, "see", "ten_visits")
    assert (m["value"], m["target"], m["fraction"], m["status"]) == (5, 10, 0.5, "open")
    assert m["remaining"] == "5 more visits" and m["pace"] == {"per_week": 3.5}
    assert m["projected_date"] == (NOW.date() + datetime.timedelta(days=10)).isoformat()
    assert m["bonus"] == {"points": 100} and m["visual"]["text"] == "Ten visits: 5 of 10, 5 more visits"
    achieved, = reply.json["achieved"]
    assert achieved["milestone_id"] == "first_purchase" and achieved["bonus"]["points"] == 50
    assert reply.json["next_best"] is not None
    money = standing(system, "see", "year_of_spend", params={"lang": "de"})
    assert money["remaining"] == "noch 950,00 GBP" and money["currency"] == "GBP"
    german = standing(system, "see", "ten_visits", params={"lang": "de"})
    assert german["remaining"] == "noch 5 Besuche" and german["name"] == "Zehn Besuche"
    assert german["visual"]["text"] == "Zehn Besuche: 5 von 10, noch 5 Besuche"
    assert standing(system, "see", "year_of_spend", params={"lang": "fr"})["remaining"] == "GBP 950.00 more", "English words, English numbers"
    assert standing(system, "see", "four_weeks")["remaining"].endswith("more in a row")


def test_an_answer_that_is_known_need_not_be_sent_again(system):
    happen(system, bought("etag", 1, at=ago(1)))
    first = system.get("/milestones/etag/progress")
    assert system.get("/milestones/etag/progress", headers={"If-None-Match": first.headers["ETag"]}).status == 304
    happen(system, bought("etag", 2, at=ago(1)))
    assert system.get("/milestones/etag/progress", headers={"If-None-Match": first.headers["ETag"]}).status == 200


def test_members_see_themselves(system):
    happen(system, bought("own", 1), bought("other", 1))
    for path in ("progress", "progress.svg", "progress.png"):
        assert system.get(f"/milestones/own/{path}", member="own").status == 200
        assert system.get(f"/milestones/own/{path}", member="other").status == 404
        assert system.get(f"/milestones/own/{path}", role=None).status == 401
        assert system.get(f"/milestones/nobody/{path}").status == 404
    assert system.request("PUT", "/milestones/own/visibility", member="other", json={"shown": True}).status == 404
    assert system.get("/milestones/own/progress", role="analyst").status == 403


def test_pictures_say_the_same(system):
    happen(system, *[bought("drawn", n, at=ago(1)) for n in range(4)])
    reply = system.get("/milestones/drawn/progress.svg?milestone=ten_visits&theme=dark")
    assert reply.headers["Content-Type"] == "image/svg+xml" and xml.fromstring(reply.body).tag.endswith("svg")
    assert "4 of 10, 6 more visits" in reply.text
    png = system.get("/milestones/drawn/progress.png?milestone=ten_visits&kind=bar&width=300&height=40&scale=2")
    assert png.body[:8] == b"\x89PNG\r\n\x1a\n" and png.headers["Content-Type"] == "image/png"
    assert system.get("/milestones/drawn/progress.png?milestone=ten_visits", headers={"If-None-Match": "x"}).status == 200
    assert system.get("/milestones/drawn/progress.svg?milestone=none").status == 404


def test_a_board_of_those_who_like_to_be_seen(system):
    define(system, "board", kind="sum", of="points", event="PointsEarnedEvent", target=10**6)
    happen(system, *[streams.earned(f"b{n}", f"b{n}/p", 100 * n, at=ago(1)) for n in range(1, 12)])
    names = {}
    for n in range(2, 12):
        names[n] = system.request("PUT", f"/milestones/b{n}/visibility", member=f"b{n}", json={"shown": True}).json["alias"]
    assert system.request("PUT", "/milestones/b2/visibility", json={"shown": "yes"}).json["errors"][0]["pointer"] == "/shown"
    board = system.get("/milestones/board/leaderboard?limit=3", member="b5").json
    assert [(x["rank"], x["alias"], x["value"]) for x in board["leaders"]] == [(1, names[11], 1100), (2, names[10], 1000), (3, names[9], 900)]
    around = [(x["rank"], x["value"], x.get("you")) for x in board["neighbours"]]
    assert around == [(4, 800, None), (5, 700, None), (6, 600, None), (7, 500, True), (8, 400, None), (9, 300, None), (10, 200, None)]
    assert "b11" not in json.dumps(board)
    assert system.get("/milestones/board/leaderboard", member="b1").json["neighbours"] == []
    system.request("PUT", "/milestones/b11/visibility", member="b11", json={"shown": False})
    assert system.get("/milestones/board/leaderboard?limit=1", member="b1").json["leaders"][0]["alias"] == names[10]
    happen(system, streams.earned("b10", "b10/more", 7, at=ago(1)))
    assert system.get("/milestones/board/leaderboard?limit=1", member="b1").json["leaders"][0]["value"] == 1007


def test_a_streak_that_broke_begins_again(system):
    monday = NOW - datetime.timedelta(days=NOW.weekday())
    weeks = [10, 9, 8, 1, 0]
    happen(system, *[bought("streak", n, at=(monday - datetime.timedelta(weeks=w)).strftime("%Y-%m-%dT00:00:01Z")) for n, w in enumerate(weeks)])
    assert standing(system, "streak", "four_weeks")["value"] == 2


@pytest.fixture(scope="module")
def sink():
    made = Sink()
    controller = KernelsPort(made, hostname="127.0.0.1", port=0)
    controller.start()
    made.port = controller.port
    yield made
    controller.stop()


def test_the_message_arrives_and_a_lost_milestone_is_no_message(sink, tmp_path):
    sender = System(*settings(tmp_path, sink.port))
    try:
        until(lambda: request(sender, "GET", "/notification-templates/milestone_visits", role="admin").status == 200)
        happen(sender, streams.enrolled("mail", "mail/e", at=ago(30), name="Ada Byron", email="mail@example.org", locale="en-GB", time_zone="UTC"),
               *[bought("mail", n, 100, at=ago(0.01)) for n in range(10)])
        until(lambda: len(sink.got("mail@example.org")) == 2, what="two mails")
        assert {m["Subject"] for m in sink.got("mail@example.org")} == {"10 visits: 100 bonus points", "Milestone reached: First purchase"}
        happen(sender, returned("mail", 3, 100, at=ago(0)))
        sender.wait_caught_up("notification")
        made = sender.sql("SELECT count(*) FROM analytics.notifications WHERE member_id = 'mail'")
        assert made == [(2,)]
    finally:
        sender.remove()
