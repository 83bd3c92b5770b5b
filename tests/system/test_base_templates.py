"""Stories of the release's templates: mails with their pictures, as they arrive."""
import json
import pathlib
import re
import struct
import zlib

import pytest
from conftest import System, until
from test_sending import KernelsPort, Sink, ended, enrol, event, put_in_log, request, sent, settings, told

ROOT = pathlib.Path(__file__).parents[2]
SOURCES = {p.stem: json.loads(p.read_text()) for p in sorted((ROOT / "services/notification/templates").glob("*.json"))}


@pytest.fixture(scope="module")
def sink():
    made = Sink()
    controller = KernelsPort(made, hostname="127.0.0.1", port=0)
    controller.start()
    made.port = controller.port
    yield made
    controller.stop()


@pytest.fixture(scope="module")
def sender(sink, tmp_path_factory):
    made = System(*settings(tmp_path_factory.mktemp("secrets"), sink.port))
    until(lambda: request(made, "GET", "/notification-templates/announcement", role="admin").status == 200)
    yield made
    made.remove()


def pixels(png):
    """Width, height and the rows of an RGBA file, unfiltered."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, depth, colours = struct.unpack(">IIBB", body[:10])
            assert (depth, colours) == (8, 6)
        data += body if kind == b"IDAT" else b""
        at += 12 + length
    raw, stride, before, rows = zlib.decompress(data), width * 4, bytes(width * 4), []
    for y in range(height):
        way, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for x in range(stride):
            left, up, corner = line[x - 4] if x >= 4 else 0, before[x], before[x - 4] if x >= 4 else 0
            guess = left + up - corner
            paeth = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
            line[x] = (line[x] + (0, left, up, (left + up) // 2, paeth)[way]) & 255
        rows.append(bytes(line))
        before = rows[-1]
    return width, height, rows


def mail_to(sink, member):
    until(lambda: sink.got(f"{member}@example.org"))
    mail, = sink.got(f"{member}@example.org")
    return mail


@pytest.mark.parametrize("name", SOURCES)
def test_every_template_arrives_in_both_languages(sender, sink, name):
    for locale in ("en-GB", "de-DE"):
        member = enrol(sender, f"{name}-{locale}".lower(), locale=locale)
        sent(sender, member_id=member, template=name, variables=json.loads(json.dumps(SOURCES[name]["sample"])), channels=["email"])
        mail = mail_to(sink, member)
        assert mail.get_content_type() == "multipart/alternative"
        text, rich = mail.iter_parts()
        images = SOURCES[name].get("images", {})
        html = rich
        if images:
            assert rich.get_content_type() == "multipart/related"
            html, *pictures = rich.iter_parts()
            assert [p["Content-ID"] for p in pictures] == [f"<{i}>" for i in images]
            for picture, image in zip(pictures, images.values()):
                width, height, rows = pixels(picture.get_payload(decode=True))
                assert (width, height) == (2 * image["width"], 2 * image["height"])
                assert any(row[3::4].count(255) for row in rows) and len(set(b"".join(rows[::4]))) > 8
        html, text = html.get_content(), text.get_content()
        assert "{{" not in html + text + mail["Subject"] and "[[" not in html + text
        for i in images:
            shown, = re.findall(f'<img src="cid:{i}" width="\\d+" height="\\d+" alt="([^"]+)"', html)
            assert any(c.isdigit() for c in shown)
        # What the picture and the HTML say stands in the text as well.
        for number in re.findall(r"<strong>([^<]*\d[^<]*)</strong>|font-weight:600;vertical-align:top\">([^<]*\d[^<]*)<", html):
            assert "".join(number) in text, number


def tell(system, type_, member, /, **facts):
    put_in_log(system, event(type_, member, f"{member}-1", **facts))


def told_of(system, member):
    last = until(lambda: request(system, "GET", f"/notifications/{member}/log", role="admin").json["notifications"])
    assert len(last) == 1
    return last[0]["template"].split("@")[0], last[0]["category"]


@pytest.mark.parametrize("facts, want", [
    ({"kind": "visits"}, "milestone_visits"), ({"kind": "tier", "tier": "Gold"}, "milestone_tier"), ({"kind": "own_rule"}, "milestone"), ({}, "milestone"),
    ({"kind": "visits", "template": "milestone_birthday"}, "milestone_birthday"), ({"kind": "visits", "template": "no_such"}, "milestone")])
def test_a_milestone_is_told_by_its_kind(sender, facts, want):
    member = enrol(sender, "milestone-" + "-".join([*facts.values(), "x"]).lower())
    tell(sender, "MilestoneAchievedEvent", member, milestone_id="m", achieved_at="2026-11-01T00:00:00Z", **facts)
    assert told_of(sender, member) == (want, "milestones")


def test_a_milestone_that_is_taken_back_is_not_spoken_of(sender):
    member = enrol(sender, "reverted")
    tell(sender, "MilestoneAchievedEvent", member, milestone_id="m", kind="visits", achieved_at="2026-11-01T00:00:00Z", reverted=True)
    sender.wait_caught_up("notification")
    assert request(sender, "GET", f"/notifications/{member}/log", role="admin").json["notifications"] == []


CATEGORIES = {"points_expiring": "expiry_warnings", "tier_at_risk": "tier", "tier_within_reach": "tier", "redemption_recommended": "recommendations",
              "unused_benefit": "insights", "streak_about_to_break": "milestones"}


@pytest.mark.parametrize("name", [n for n in SOURCES if n.startswith("alert_")])
def test_an_alert_is_told_by_its_kind_in_a_category_that_fits(sender, name):
    member = enrol(sender, f"told-{name}")
    tell(sender, "EngagementAlertTriggeredEvent", member, alert_id="a", rule_id="r", **SOURCES[name]["sample"])
    assert told_of(sender, member) == (name, CATEGORIES.get(name[6:], "promotions"))


def test_an_offer_needs_consent(sender, sink):
    member = enrol(sender, "no-consent", consents={"marketing": False})
    tell(sender, "EngagementAlertTriggeredEvent", member, alert_id="a", rule_id="r", kind="birthday_offer")
    assert told_of(sender, member) == ("alert_birthday_offer", "promotions")
    notification = request(sender, "GET", f"/notifications/{member}/log", role="admin").json["notifications"][0]["notification_id"]
    assert ended(sender, notification, "dropped")["reason"] == "no_consent" and not sink.got("no-consent@example.org")


def test_a_picture_without_its_numbers_is_left_out_with_its_place(sender, sink):
    member = enrol(sender, "no-picture")
    sent(sender, member_id=member, template="alert_points_expiring", channels=["email"],
         variables={"points_at_stake": 1200, "deadline": "2026-12-01T00:00:00Z"})
    mail = mail_to(sink, member)
    assert [p.get_content_type() for p in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "<img src=\"cid" not in mail.get_body(("html",)).get_content()
    assert mail["Subject"] == "1,200 points to use by 30 November 2026"


def test_a_digest_says_what_each_message_would_have_said(sender, sink):
    member = enrol(sender, "base-digest", locale="de-DE", time_zone="Europe/Berlin")
    request(sender, "PATCH", f"/notifications/{member}/preferences", {"frequency": "daily"}, role="admin", headers={"If-Match": "*"})
    notification = sent(sender, member_id=member, category="expiry_warnings", template="alert_points_expiring",
                        variables={"points_at_stake": 1200, "deadline": "2026-11-30T23:00:00Z", "value_minor": 1250, "currency": "EUR"})
    ended(sender, notification, "waiting_for_digest")
    sender.sql("UPDATE analytics.notifications SET due_at = now() WHERE member_id = %s AND status = 2", member)
    mail = mail_to(sink, member)
    assert mail["Subject"] == "Ihre Zusammenfassung: 1 Neuigkeit"
    for part in ("plain", "html"):
        body = mail.get_body((part,)).get_content()
        assert "1.200 Punkte, einzulösen bis 30. November 2026" in body and "Wert 12,50 EUR" in body
    assert told(sender, notification)["status"] == "digested"


def test_a_welcome_is_a_route_away(sender, sink):
    member = enrol(sender, "welcomed")
    route = {"event_type": "MemberEnrolledEvent", "template": "member_welcome", "category": "account", "priority": "transactional"}
    assert request(sender, "PUT", "/notification-routes/welcome", route, role="admin").status == 200
    tell(sender, "MemberEnrolledEvent", member, enrolled_at="2026-11-26T10:00:00Z", name="Ada Byron", email="welcomed@example.org", tier="Silver")
    assert told_of(sender, member) == ("member_welcome", "account")
    assert mail_to(sink, member)["Subject"] == "Welcome to the programme"
    assert request(sender, "DELETE", "/notification-routes/welcome", role="admin").status == 200


def test_a_release_changes_only_routes_that_nobody_changed(sender):
    migrations = [next((ROOT / "sql/migrations").glob(name)).read_text() for name in ("*_templates_by_kind.sql", "*_alert_routes.sql")]
    kept = sender.sql("SELECT route_id, condition::text, template, category FROM analytics.notification_routes ORDER BY 1")

    def as_released():
        sender.sql("DELETE FROM analytics.notification_routes WHERE route_id LIKE 'alerts\\_%' AND route_id NOT IN ('alerts_expiry', 'alerts_tier')")
        released = (ROOT / "sql/migrations/0006_notification_queue.sql").read_text()
        for route, condition in re.findall(r"'(alerts\w*)', 'EngagementAlertTriggeredEvent', '(.*?)',", released):
            sender.sql("UPDATE analytics.notification_routes SET condition = %s::json WHERE route_id = %s", condition, route)
        sender.sql("UPDATE analytics.notification_routes SET template = 'milestone_{{milestone_id}}' WHERE route_id = 'milestones'")

    as_released()
    for migration in migrations:
        sender.sql(migration)
    assert sender.sql("SELECT route_id, condition::text, template, category FROM analytics.notification_routes ORDER BY 1") == kept
    as_released()
    sender.sql("UPDATE analytics.notification_routes SET category = 'promotions' WHERE route_id = 'alerts'")
    sender.sql("UPDATE analytics.notification_routes SET template = 'party' WHERE route_id = 'milestones'")
    before = sender.sql("SELECT route_id, condition::text, template, category FROM analytics.notification_routes ORDER BY 1")
    for migration in migrations:
        sender.sql(migration)
    assert sender.sql("SELECT route_id, condition::text, template, category FROM analytics.notification_routes ORDER BY 1") == before


def test_every_template_is_documented():
    words = (ROOT / "docs/message-templates.md").read_text()
    assert [name for name in SOURCES if f"`{name}`" not in words] == []
