"""A milestone that is reached is told as its celebration says: by which template, as which category, how urgently. From the purchase to the mail."""
import datetime

import pytest
from conftest import System, until
from milestone_kit import bought, define, happen
from test_sending import KernelsPort, Sink, enrol, event, put_in_log, request, settings

KIND = {"kind": "count", "target": 1, "backfill": "none"}
NOTIFICATIONS = """SELECT category, priority, template FROM analytics.notifications WHERE member_id = %s
                   AND cause ->> 'event_id' LIKE %s"""
ENGAGEMENT, TRANSACTIONAL = 2, 1


@pytest.fixture(scope="module")
def sink():
    made = Sink()
    controller = KernelsPort(made, hostname="127.0.0.1", port=0)
    controller.start()
    made.port = controller.port
    yield made
    controller.stop()


@pytest.fixture(scope="module")
def shop(sink, tmp_path_factory):
    made = System(*settings(tmp_path_factory.mktemp("secrets"), sink.port))
    until(lambda: request(made, "GET", "/notification-templates/announcement", role="admin").status == 200)
    yield made
    made.remove()


def of_category(name):
    return {"filter": {"==": [{"var": "category"}, name]}}


def buys(system, member, category):
    """Now, since old events are not spoken of."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    happen(system, bought(member, category, at=now, category=category))
    system.wait_caught_up("notification")


def message(system, member, milestone_id):
    row, = system.sql(NOTIFICATIONS, member, f"{member}/{milestone_id}/%")
    return row


def subjects(sink, member):
    return [mail["Subject"] for mail in sink.got(f"{member}@example.org")]


def test_a_milestone_is_told_with_its_category_and_priority(shop, sink):
    define(shop, "msg_plain", **KIND, **of_category("plain"))
    define(shop, "msg_tier", **KIND, **of_category("stairs"), celebration={"category": "tier", "priority": "transactional"})
    define(shop, "msg_offer", **KIND, **of_category("offer"), celebration={"category": "promotions", "priority": "critical", "template": "milestone"})
    member = enrol(shop, "told")
    for category in ("plain", "stairs", "offer"):
        buys(shop, member, category)
    assert message(shop, member, "msg_plain") == ("milestones", ENGAGEMENT, "milestone_visits")
    assert message(shop, member, "msg_tier") == ("tier", TRANSACTIONAL, "milestone_visits")
    assert message(shop, member, "msg_offer") == ("promotions", ENGAGEMENT, "milestone"), "an offer is never more than news"
    until(lambda: len(subjects(sink, member)) >= 3, what="the mails")


def test_what_a_member_refuses_is_the_category_of_the_celebration(shop, sink):
    member, other = enrol(shop, "refuses"), enrol(shop, "marketless", consents={"marketing": False})
    nothing = {"email": False, "push": False, "slack": False}
    assert request(shop, "PATCH", f"/notifications/{member}/preferences", {"categories": {"tier": nothing}}, role="admin", headers={"If-Match": "*"}).status == 200
    for who in (member, other):
        for category in ("stairs", "offer", "plain"):
            buys(shop, who, category)

    def ends(who):
        found = dict(shop.sql("SELECT split_part(cause ->> 'event_id', '/', 2), reason FROM analytics.notifications WHERE member_id = %s AND status >= 4", who))
        return {"msg_plain", "msg_tier", "msg_offer"} <= set(found) and found
    got = until(lambda: ends(member), what="decisions")
    assert got["msg_tier"] and not got["msg_plain"] and not got["msg_offer"], got
    got = until(lambda: ends(other), what="decisions")
    assert got["msg_offer"] and not got["msg_plain"] and not got["msg_tier"], got


def test_an_event_cannot_make_a_message_that_nobody_may_refuse(shop, sink):
    member = enrol(shop, "sly")
    put_in_log(shop, event("MilestoneAchievedEvent", member, "sly/1", milestone_id="m", kind="visits", achieved_at="2026-11-01T00:00:00Z",
                           category="account", priority="loud"))
    shop.wait_caught_up("notification")
    assert shop.sql("SELECT category, priority FROM analytics.notifications WHERE member_id = %s", member) == [("milestones", ENGAGEMENT)]


def test_a_route_says_whether_it_listens_to_the_event(shop):
    route = {"event_type": "MilestoneAchievedEvent", "condition": False, "template": "announcement", "category": "tier"}
    assert request(shop, "PUT", "/notification-routes/deaf", {**route, "from_event": 1}).json["errors"][0]["pointer"] == "/from_event"
    for value in (True, False):
        assert request(shop, "PUT", "/notification-routes/deaf", {**route, "from_event": value}).status == 200
        listed = {r["route_id"]: r["from_event"] for r in request(shop, "GET", "/notification-routes").json["routes"]}
        assert listed["deaf"] is value and listed["milestones"] is True and listed["alerts"] is False
    assert request(shop, "DELETE", "/notification-routes/deaf").status == 200
