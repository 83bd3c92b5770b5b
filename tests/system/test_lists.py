"""Lists page by page: opaque cursors that hold for one list only, and a Link to the next page."""
import re

import pytest
from test_sending import WELCOME, enrol, request, sender, sent, sink  # noqa: F401


@pytest.fixture(scope="module")
def filled(sender):
    """Three rows or more in every list."""
    for i in range(3):
        assert request(sender, "PUT", f"/notification-templates/page-{i}", WELCOME).status == 200
        sent(sender, member_id=enrol(sender, f"paged.{i}"), send_at="2027-06-01T00:00:00Z")
        sent(sender, member_id="paged@home", send_at="2027-06-01T00:00:00Z")
        campaign = {"audience": {"==": [{"var": "region"}, f"nowhere {i}"]}, "category": "promotions", "template": "welcome", "variables": {"points": 1}}
        assert request(sender, "POST", "/notifications/send", campaign, headers={"Idempotency-Key": f"list-{i}"}).status == 202
    hashes = [f"{n:064x}" for n in range(5)]
    sender.sql("INSERT INTO analytics.notification_suppressions (channel, address_hash, scope, reason, created_at, created_by)"
               " SELECT n %% 3, decode(h, 'hex'), 'tier', 'manual', '2026-11-01T00:00:00Z', 'test' FROM unnest(%s) WITH ORDINALITY AS u (h, n)", hashes)
    sender.sql("INSERT INTO analytics.notification_dead_letters (notification_id, member_id, reason, detail)"
               " SELECT notification_id, member_id, 'render', '' FROM analytics.notifications WHERE member_id = 'paged@home'")
    return sender


LISTS = {
    "/notifications/paged@home/log": ("notifications", "notification_id"), "/notification-templates": ("templates", "name"),
    "/notification-routes": ("routes", "route_id"), "/notification-campaigns": ("campaigns", "campaign_id"),
    "/notification-dead-letters": ("dead_letters", "notification_id"), "/notification-suppressions": ("suppressions", "address_sha256"),
    "/notification-suppressions?channel=push": ("suppressions", "address_sha256"),
}


def page_of(system, path):
    reply = request(system, "GET", path)
    assert reply.status == 200, reply
    return reply


@pytest.mark.parametrize("path", LISTS)
def test_links_lead_through_a_list(filled, path):
    rows, key = LISTS[path]
    whole = page_of(filled, path).json
    assert whole["next_cursor"] is None and len(whole[rows]) >= 2
    seen, at = [], path + ("&" if "?" in path else "?") + "limit=1"
    while at:
        reply = page_of(filled, at)
        seen += [row[key] for row in reply.json[rows]]
        link = re.fullmatch(r'<([^>]+)>; rel="next"', reply.headers.get("Link", ""))
        assert bool(link) == bool(reply.json["next_cursor"])
        at = link and link[1]
        assert len(seen) <= len(whole[rows])
    assert seen == [row[key] for row in whole[rows]]


def test_a_cursor_holds_for_its_list_only(filled):
    cursor = page_of(filled, "/notification-suppressions?limit=1").json["next_cursor"]
    assert page_of(filled, f"/notification-suppressions?limit=3&cursor={cursor}").json["suppressions"], "pages may differ in length"
    dead = page_of(filled, "/notification-dead-letters?limit=1").json["next_cursor"]
    flipped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for path in (f"/notification-suppressions?channel=push&cursor={cursor}", f"/notification-suppressions?cursor={flipped}",
                 f"/notification-suppressions?cursor={cursor[:-4]}", "/notification-suppressions?cursor=x", f"/notification-routes?cursor={cursor}",
                 f"/notifications/paged@home/log?cursor={dead}", f"/notifications/paged.0/log?cursor={page_of(filled, '/notifications/paged@home/log?limit=1').json['next_cursor']}"):
        reply = request(filled, "GET", path)
        assert (reply.status, reply.json["errors"]) == (400, [{"pointer": "?cursor", "detail": "is not one that was given out for this list"}]), path


def test_errors_say_where_and_what(filled):
    where = "/notifications/webhooks/nobody"
    nobody = filled.request("POST", where, role=None, data=b"{}", headers={"Content-Type": "application/json"})
    assert nobody.status == 404 and nobody.json["instance"] == where and "must be one of sendgrid, mailgun" in nobody.json["detail"]
    short = request(filled, "GET", "/notifications/short")
    assert (short.status, short.json["detail"], short.json["instance"]) == (400, "/notification_id: must have 26 bytes", "/notifications/short")
    empty = request(filled, "POST", "/notifications/send", [], headers={"Idempotency-Key": "empty"})
    assert (empty.status, empty.json["detail"], empty.json["errors"][0]["pointer"]) == (400, "the body must be an object", "")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json-patch+json"):
        reply = request(filled, "POST", "/notifications/send", {}, headers={"Idempotency-Key": "kind", "Content-Type": kind})
        assert (reply.status, reply.json["detail"]) == (415, "the body must be application/json"), kind
    assert request(filled, "POST", "/notifications/send", {}, headers={"Idempotency-Key": "kind", "Content-Type": "Application/JSON;charset=utf-8"}).status == 400
    absent = request(filled, "GET", "/notification-templates/a%20name%2Fb")
    assert absent.status == 404 and absent.json["instance"] == "/notification-templates/a%20name%2Fb"
